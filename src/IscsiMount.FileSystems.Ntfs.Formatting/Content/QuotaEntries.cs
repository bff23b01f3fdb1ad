using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Formatting.Records;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Content;

// Value of $Quota:$Q
//
//   00  4  version 2                 18  8  threshold, -1 = none
//   04  4  flags: 1 default limits   20  8  limit, -1 = none
//   08  8  bytes used                28  8  time when it was exceeded
//   10  8  changed                   30     SID of the owner

/// <summary>The owners that a new volume knows: the defaults for all, and the administrators.</summary>
internal static class QuotaEntries
{
    private const uint Defaults = 1;
    private const uint FirstOwner = 0x100;
    private const int Length = 0x30;

    public static byte[][] BySid() =>
        [IndexWriter.ViewEntry(SecurityDescriptor.AdministratorsSid(), Number(FirstOwner))];

    public static byte[][] ByOwner(long fileTime) =>
    [
        IndexWriter.ViewEntry(Number(Defaults), Value(fileTime, [])),
        IndexWriter.ViewEntry(Number(FirstOwner), Value(fileTime, SecurityDescriptor.AdministratorsSid())),
    ];

    private static byte[] Value(long fileTime, byte[] sid)
    {
        byte[] value = new byte[Length];
        BinaryPrimitives.WriteUInt32LittleEndian(value, 2);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(0x04), 1);
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(0x10), fileTime);
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(0x18), -1);
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(0x20), -1);
        return [.. value, .. sid];
    }

    private static byte[] Number(uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
