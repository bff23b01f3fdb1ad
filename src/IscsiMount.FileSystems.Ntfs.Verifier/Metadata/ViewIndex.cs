using IscsiMount.FileSystems.Ntfs.Verifier.Indexes;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Metadata;

/// <summary>What a view index is compared with.</summary>
/// <param name="Handler">Is given each entry.</param>
/// <param name="Finish">Is called behind the last one, and told whether some could not be read.</param>
internal sealed record ViewIndex(ViewEntryHandler? Handler, Action<bool>? Finish)
{
    /// <summary>An index of which only the tree is checked.</summary>
    public static ViewIndex None { get; } = new(null, null);
}
