namespace IscsiMount.FileSystems.Ntfs.Verifier.Indexes;

/// <summary>The entries of a view index: an order by its code, and whatever its file does with an entry.</summary>
internal sealed class ViewIndexRules(uint collation, ViewEntryHandler? handler) : IIndexRules
{
    public int? Compare(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        Collation.Compare(collation, first, second);

    public void Visit(IndexEntry entry) => handler?.Invoke(entry);
}

/// <summary>Looks at one entry of a view index.</summary>
internal delegate void ViewEntryHandler(IndexEntry entry);
