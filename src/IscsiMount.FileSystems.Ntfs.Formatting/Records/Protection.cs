using System.Buffers.Binary;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Records;

/// <summary>
/// Protects a structure against torn writes: the last word of every 512 bytes moves into an array, and a number that
/// is the same everywhere takes its place.
/// </summary>
internal static class Protection
{
    private const int Stride = 512;
    private const ushort FirstNumber = 1;

    /// <summary>Words of the array of a structure of this size.</summary>
    public static int Count(int size) => 1 + (size / Stride);

    public static void Apply(Span<byte> structure, int arrayOffset)
    {
        int count = Count(structure.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(structure[0x04..], (ushort)arrayOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(structure[0x06..], (ushort)count);
        BinaryPrimitives.WriteUInt16LittleEndian(structure[arrayOffset..], FirstNumber);
        for (int i = 1; i < count; i++)
        {
            Span<byte> last = structure.Slice((i * Stride) - 2, 2);
            last.CopyTo(structure[(arrayOffset + (2 * i))..]);
            BinaryPrimitives.WriteUInt16LittleEndian(last, FirstNumber);
        }
    }
}
