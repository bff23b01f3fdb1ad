using IscsiMount.FileSystems.Ntfs.Writing.Images;

namespace IscsiMount.FileSystems.Ntfs.Writing.Directories;

/// <summary>A node on the way down an index, and the entry at which the way goes on or ends.</summary>
/// <param name="Offset">Where its block lies in the allocation; <see cref="RootOffset"/> for the root.</param>
/// <param name="Node">The node.</param>
/// <param name="Index">The entry.</param>
internal sealed record IndexStep(long Offset, NodeImage Node, int Index)
{
    public const long RootOffset = -1;

    public bool IsRoot => Offset == RootOffset;

    public EntryImage Entry => Node.Entries[Index];
}
