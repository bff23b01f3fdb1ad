using System.Buffers.Binary;
using System.Text;
using IscsiMount.Primitives;

namespace IscsiMount.Block.Partitions.Layout;

// GPT partition entry, UEFI GPT partition entry array. Little-endian.
//
//      0 | GUID of the type, zero = unused               |
//     16 | GUID of the partition                         |
//     32 | first block                                   |
//     40 | last block, which belongs to it               |
//     48 | attributes                                    |
//     56 | name, 36 characters of UTF-16                 |
//    128 +-----------------------------------------------+

/// <summary>One entry of a GPT.</summary>
internal readonly record struct GptEntry
{
    public const int Length = 128;

    private const int NameOffset = 56;

    public required Guid TypeId { get; init; }

    public required Guid UniqueId { get; init; }

    public required ulong FirstBlock { get; init; }

    public required ulong LastBlock { get; init; }

    public ulong Attributes { get; init; }

    /// <summary>At most 36 characters.</summary>
    public required string Name { get; init; }

    public bool IsUsed => TypeId != Guid.Empty;

    public static GptEntry Read(ReadOnlySpan<byte> source) => new()
    {
        TypeId = new Guid(source[..16]),
        UniqueId = new Guid(source.Slice(16, 16)),
        FirstBlock = BinaryPrimitives.ReadUInt64LittleEndian(source[32..]),
        LastBlock = BinaryPrimitives.ReadUInt64LittleEndian(source[40..]),
        Attributes = BinaryPrimitives.ReadUInt64LittleEndian(source[48..]),
        Name = ReadName(source[NameOffset..Length]),
    };

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length >= Length);
        Invariant.Holds(Name.Length <= (Length - NameOffset) / sizeof(char));

        destination.Clear();
        TypeId.TryWriteBytes(destination);
        UniqueId.TryWriteBytes(destination[16..]);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], FirstBlock);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[40..], LastBlock);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[48..], Attributes);
        Encoding.Unicode.GetBytes(Name, destination[NameOffset..Length]);
    }

    // The name ends at its first zero. What cannot be printed is replaced: names go to logs and screens.
    private static string ReadName(ReadOnlySpan<byte> source)
    {
        string name = Encoding.Unicode.GetString(source);
        int end = name.IndexOf('\0', StringComparison.Ordinal);
        name = end < 0 ? name : name[..end];
        return string.Concat(name.Select(character => char.IsControl(character) ? '?' : character));
    }
}
