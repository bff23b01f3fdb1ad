using IscsiMount.FileSystems.Ntfs.Streams;

namespace IscsiMount.FileSystems.Ntfs.Writing.Commits;

/// <summary>What a group of changes freed. It is not handed out again while the medium may refer to it.</summary>
internal sealed class FreedSpace
{
    public List<Extent> Clusters { get; } = [];

    public List<ulong> Records { get; } = [];

    /// <summary>Blocks of indexes, by the number of the directory and the offset in its allocation.</summary>
    public HashSet<(ulong Directory, long Offset)> Blocks { get; } = [];
}
