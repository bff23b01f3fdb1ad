using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Records;

/// <summary>For whom a name was made.</summary>
internal enum FileNamespace : byte
{
    Posix = 0,
    Win32 = 1,

    /// <summary>The 8.3 twin of a <see cref="Win32"/> name.</summary>
    Dos = 2,
    Win32AndDos = 3,
}

// $FILE_NAME, in a record and as the key of a directory
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +-------------------------------+-------------------------------+
//   00  | Parent                        | created                       |
//       +-------------------------------+-------------------------------+
//   10  | modified                      | changed                       |
//       +-------------------------------+-------------------------------+
//   20  | accessed                      | allocated                     |
//       +-------------------------------+---------------+---------------+
//   30  | size                          | Attributes    | ReparseTag    |
//       +---+---+-----------------------+---------------+---------------+
//   40  |Len|Spc| Name, Len units of UTF-16 ...
//       +---+---+-----------------------

/// <summary>One name of a file. Its times and sizes are stale by design, so they are not read.</summary>
internal readonly record struct FileNameKey
{
    /// <summary>Where the name begins.</summary>
    public const int NameOffset = 0x42;

    public required FileReference Parent { get; init; }
    public required DosAttributes Attributes { get; init; }

    /// <summary>
    /// The tag where <see cref="Attributes"/> has the reparse bit; else the size of extended attributes.
    /// </summary>
    public required uint ReparseTag { get; init; }

    public required byte NameLength { get; init; }
    public required FileNamespace Namespace { get; init; }

    /// <summary>Whether there is a whole key in these bytes.</summary>
    public static bool Fits(ReadOnlySpan<byte> source) =>
        source.Length >= NameOffset && NameOffset + (source[0x40] * 2) <= source.Length;

    public static FileNameKey Read(ReadOnlySpan<byte> source)
    {
        Medium.Holds(Fits(source), "$FILE_NAME", "the name runs past the end");

        return new FileNameKey
        {
            Parent = FileReference.Read(source),
            Attributes = (DosAttributes)BinaryPrimitives.ReadUInt32LittleEndian(source[0x38..]),
            ReparseTag = BinaryPrimitives.ReadUInt32LittleEndian(source[0x3C..]),
            NameLength = source[0x40],
            Namespace = (FileNamespace)source[0x41],
        };
    }

    /// <summary>The units of the name within the key, little-endian.</summary>
    public static ReadOnlySpan<byte> NameUnits(ReadOnlySpan<byte> key) => key.Slice(NameOffset, key[0x40] * 2);
}

/// <summary>One name of a file as it is written, with the copies of what is true elsewhere.</summary>
internal sealed record FileNameContent
{
    public required FileReference Parent { get; init; }
    public required StandardInformation Standard { get; init; }
    public required long AllocatedSize { get; init; }
    public required long Size { get; init; }
    public required DosAttributes Attributes { get; init; }
    public required uint ReparseTag { get; init; }
    public required FileNamespace Namespace { get; init; }
    public required ReadOnlyMemory<char> Name { get; init; }

    /// <summary>The bytes of the attribute, which are the key of the entry in the directory too.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[FileNameKey.NameOffset + (Name.Length * 2)];
        Parent.Write(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(0x08), Standard.CreatedAt);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(0x10), Standard.ModifiedAt);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(0x18), Standard.ChangedAt);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(0x20), Standard.AccessedAt);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(0x28), AllocatedSize);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(0x30), Size);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(0x38), (uint)Attributes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(0x3C), ReparseTag);
        bytes[0x40] = (byte)Name.Length;
        bytes[0x41] = (byte)Namespace;
        for (int i = 0; i < Name.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(FileNameKey.NameOffset + (i * 2)), Name.Span[i]);
        }

        return bytes;
    }
}
