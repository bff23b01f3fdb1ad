using System.Buffers.Binary;
using System.Text;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Records;

// $STANDARD_INFORMATION                       $FILE_NAME
//
//   00 32  created, modified, changed, accessed  00  8  directory
//   20  4  attributes                            08 32  the same four times
//   34  4  security id                           28  8  allocated size
//   length 72                                    30  8  data size
//                                                38  4  attributes
//                                                40  1  units of the name
//                                                41  1  namespace, 3 = Win32 and 8.3
//                                                42     name

/// <summary>What a system file says of itself.</summary>
/// <param name="Name">Its name, which is an 8.3 name too.</param>
/// <param name="Directory">The reference of its directory.</param>
/// <param name="Attributes">Hidden, system and so on; in the name also what kind of index it has.</param>
/// <param name="SecurityId">Its descriptor.</param>
internal sealed record FileHead(string Name, ulong Directory, uint Attributes, uint SecurityId)
{
    private const int StandardInformationLength = 72;
    private const int NameOffset = 0x42;
    private const byte Win32AndDos = 3;
    private const uint IndexAttributes = 0xF000_0000;

    public byte[] StandardInformation(long fileTime)
    {
        byte[] value = new byte[StandardInformationLength];
        WriteTimes(value, fileTime);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(0x20), Attributes & ~IndexAttributes);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(0x34), SecurityId);
        return value;
    }

    public byte[] FileName(long fileTime, ulong allocatedSize, ulong dataSize)
    {
        byte[] value = new byte[NameOffset + (2 * Name.Length)];
        BinaryPrimitives.WriteUInt64LittleEndian(value, Directory);
        WriteTimes(value.AsSpan(0x08), fileTime);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(0x28), allocatedSize);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(0x30), dataSize);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(0x38), Attributes);
        value[0x40] = (byte)Name.Length;
        value[0x41] = Win32AndDos;
        Encoding.Unicode.GetBytes(Name, value.AsSpan(NameOffset));
        return value;
    }

    private static void WriteTimes(Span<byte> destination, long fileTime)
    {
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(destination[(8 * i)..], fileTime);
        }
    }
}
