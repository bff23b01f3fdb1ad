using System.Buffers.Binary;

namespace IscsiMount.Scsi.Unit;

// Command timeouts descriptor, SPC-4
//
//      0 | descriptor length: 10                      |
//      2 | reserved           | command specific      |
//      4 | nominal processing time in seconds         |
//      8 | recommended timeout in seconds             |
//     12 +--------------------------------------------+

/// <summary>How long a command may take. Zeros tell that the unit does not say.</summary>
internal static class CommandTimeouts
{
    public const int Length = 12;

    public static void Write(Span<byte> destination)
    {
        destination[..Length].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(destination, Length - 2);
    }
}
