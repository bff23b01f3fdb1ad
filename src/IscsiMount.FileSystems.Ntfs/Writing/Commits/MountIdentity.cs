using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Commits;

// What this machine remembers of a mount for writing until the volume is dismounted. Our own structure.
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +-------------------------------+-------------------------------+
//   00  | "ISMMOUNT"                    | SerialNumber                  |
//       +-------------------------------+-------------------------------+
//   10  | Id                                                            |
//       +-------------------------------+-------------------------------+
//   20  | AreaOffset on the device      | AreaLength                    |
//       +---------------+---------------+-------------------------------+
//   30  | CRC32C        |
//       +---------------+

/// <summary>A mount for writing, and where its intents are.</summary>
/// <param name="SerialNumber">Of the volume.</param>
/// <param name="Id">Of this mount and no other.</param>
/// <param name="AreaOffset">Where the reserved clusters lie, in bytes.</param>
/// <param name="AreaLength">How many bytes they have; each half holds one intent.</param>
internal sealed record MountIdentity(ulong SerialNumber, Guid Id, long AreaOffset, long AreaLength)
{
    private const int Length = 0x34;
    private const int ChecksumOffset = 0x30;

    private static ReadOnlySpan<byte> Magic => "ISMMOUNT"u8;

    public long HalfLength => AreaLength / 2;

    /// <summary>Reads what was remembered of a volume; nothing if it is none of ours, or of another volume.</summary>
    public static MountIdentity? TryRead(ReadOnlySpan<byte> source, ulong serialNumber, long deviceSizeBytes)
    {
        if (source.Length != Length || !source.StartsWith(Magic)
            || Crc32C.Compute(source[..ChecksumOffset])
                != BinaryPrimitives.ReadUInt32LittleEndian(source[ChecksumOffset..])
            || BinaryPrimitives.ReadUInt64LittleEndian(source[0x08..]) != serialNumber)
        {
            return null;
        }

        long offset = BinaryPrimitives.ReadInt64LittleEndian(source[0x20..]);
        long length = BinaryPrimitives.ReadInt64LittleEndian(source[0x28..]);
        return offset >= 0 && length > 0 && offset <= deviceSizeBytes - length
            ? new MountIdentity(serialNumber, new Guid(source.Slice(0x10, 16)), offset, length)
            : null;
    }

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(0x08), SerialNumber);
        Id.TryWriteBytes(bytes.AsSpan(0x10));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(0x20), AreaOffset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(0x28), AreaLength);
        BinaryPrimitives.WriteUInt32LittleEndian(
            bytes.AsSpan(ChecksumOffset), Crc32C.Compute(bytes.AsSpan(0, ChecksumOffset)));
        return bytes;
    }
}
