using IscsiMount.FileSystems.Ntfs.Verifier.Layout;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Indexes;

/// <summary>What the entries of one kind of index owe, beyond their place in the tree.</summary>
internal interface IIndexRules
{
    /// <summary>The order of the keys: negative, zero or positive; nothing if it is not known.</summary>
    int? Compare(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second);

    /// <summary>Is given every entry but the last ones, in the order of the tree.</summary>
    void Visit(IndexEntry entry);
}

/// <summary>An entry of an index, in the buffer of its node.</summary>
internal readonly ref struct IndexEntry(ReadOnlySpan<byte> bytes, long offsetBytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public IndexEntryHeader Header { get; } = IndexEntryHeader.Read(bytes);

    public long OffsetBytes { get; } = offsetBytes;

    public ReadOnlySpan<byte> Key => _bytes.Slice(IndexEntryHeader.Length, Header.KeyLength);

    /// <summary>The value of an entry of a view index; empty if it leaves the entry.</summary>
    public ReadOnlySpan<byte> Value => Header.ValueOffset + Header.ValueLength <= _bytes.Length
        ? _bytes.Slice(Header.ValueOffset, Header.ValueLength)
        : [];
}
