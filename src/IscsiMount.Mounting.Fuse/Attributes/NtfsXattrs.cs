using System.Buffers.Binary;
using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Names;

namespace IscsiMount.Mounting.Fuse.Attributes;

/// <summary>
/// The names under which other drivers of NTFS on Linux show what a file has beside its content. Backup tools carry
/// files by them.
/// </summary>
internal static class NtfsXattrs
{
    /// <summary>COMPAT: of ntfs-3g, all names of streams in one value. It has no prefix there either.</summary>
    public const string StreamList = "ntfs.streams.list";

    /// <summary>What precedes the name of a stream.</summary>
    public const string StreamPrefix = "user.";

    // COMPAT: ntfs-3g, except the last two, which are of the kernel's own driver (ntfs3).
    private static readonly Dictionary<string, Func<FileProperties, byte[]>> FromProperties = new()
    {
        ["system.ntfs_attrib"] = file => LittleEndian(file.DosAttributes),
        ["system.ntfs_attrib_be"] = file => BigEndian(file.DosAttributes),
        ["system.ntfs_times"] = file => [.. Times(file).SelectMany(LittleEndian)],
        ["system.ntfs_times_be"] = file => [.. Times(file).SelectMany(BigEndian)],
        ["system.ntfs_crtime"] = file => LittleEndian(file.CreatedAt),
        ["system.ntfs_crtime_be"] = file => BigEndian(file.CreatedAt),
        ["system.dos_attrib"] = file => [(byte)(file.DosAttributes & 0xFF)],
    };

    private static readonly Dictionary<string, FileMetadata> FromMetadata = new()
    {
        ["system.ntfs_acl"] = FileMetadata.SecurityDescriptor,
        ["system.ntfs_reparse_data"] = FileMetadata.ReparsePoint,
        ["system.ntfs_object_id"] = FileMetadata.ObjectId,
        ["system.ntfs_ea"] = FileMetadata.ExtendedAttributes,
        ["system.ntfs_dos_name"] = FileMetadata.ShortName,
        ["system.ntfs_security"] = FileMetadata.SecurityDescriptor,
    };

    /// <summary>How a value is made from the properties of a file; null if it is not.</summary>
    public static Func<FileProperties, byte[]>? FindFromProperties(string name)
        => FromProperties.GetValueOrDefault(name);

    /// <summary>Which raw description of a file a value is; null if it is none.</summary>
    public static FileMetadata? FindMetadata(string name)
        => FromMetadata.TryGetValue(name, out FileMetadata metadata) ? metadata : null;

    /// <summary>How a raw description is shown: as it is, but names in the words of the kernel.</summary>
    public static byte[] Show(FileMetadata metadata, byte[] raw)
        => metadata == FileMetadata.ShortName ? ShowName(raw) : raw;

    private static byte[] ShowName(byte[] utf16)
    {
        Span<char> name = stackalloc char[Wtf8.UnitsMax];
        int length = Math.Min(utf16.Length / sizeof(char), name.Length);
        for (int index = 0; index < length; index++)
        {
            name[index] = (char)BinaryPrimitives.ReadUInt16LittleEndian(utf16.AsSpan(index * sizeof(char)));
        }

        return Wtf8.EncodeWithZero(name[..length])[..^1];
    }

    private static long[] Times(FileProperties file)
        => [file.CreatedAt, file.ModifiedAt, file.AccessedAt, file.ChangedAt];

    private static byte[] LittleEndian(uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] BigEndian(uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] LittleEndian(long value)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] BigEndian(long value)
    {
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
