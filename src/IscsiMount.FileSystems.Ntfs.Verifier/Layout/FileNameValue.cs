using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Layout;

// $FILE_NAME, and the key of an entry in $I30
//
//   00  8  directory                      3C  4  size of EAs, or reparse tag
//   08 32  four times                     40  1  characters of the name
//   28  8  allocated size                 41  1  namespace: 0 POSIX, 1 Win32, 2 DOS, 3 Win32 and DOS
//   30  8  data size                      42     name in UTF-16
//   38  4  attributes, 10000000 = directory
//
//   Times, sizes and attributes are copies that may be stale.

/// <summary>A name of a file in a directory. The name itself stays in the buffer.</summary>
internal readonly ref struct FileNameValue
{
    public const int NameOffset = 0x42;

    public const byte NamespacePosix = 0;
    public const byte NamespaceWin32 = 1;
    public const byte NamespaceDos = 2;
    public const byte NamespaceBoth = 3;

    private const uint DirectoryAttribute = 0x1000_0000;

    private FileNameValue(ReadOnlySpan<byte> source)
    {
        Parent = new Reference(ReadUInt64LittleEndian(source));
        IsDirectory = (ReadUInt32LittleEndian(source[0x38..]) & DirectoryAttribute) != 0;
        Namespace = source[0x41];
        Name = source[NameOffset..];
    }

    public Reference Parent { get; }

    public bool IsDirectory { get; }

    public byte Namespace { get; }

    /// <summary>UTF-16, two bytes a unit.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>False if the lengths contradict each other, or the name is empty.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out FileNameValue value)
    {
        bool isWhole = source.Length > NameOffset && source[0x40] > 0
            && source.Length == NameOffset + (2 * source[0x40]);
        value = isWhole ? new FileNameValue(source) : default;
        return isWhole;
    }
}
