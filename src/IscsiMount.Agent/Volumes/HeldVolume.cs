using IscsiMount.Block;
using IscsiMount.Block.Partitions;
using IscsiMount.FileSystems;

namespace IscsiMount.Agent.Volumes;

/// <summary>A part of a logical unit, with what its content is.</summary>
/// <remarks>Only whoever is inside the gate of its target changes <see cref="Mounted"/>; anybody may look.</remarks>
internal sealed class HeldVolume
{
    private volatile MountedVolume? _mounted;

    public required VolumeId Id { get; init; }

    public required string Target { get; init; }

    public required PartitionEntry Partition { get; init; }

    public required IBlockDevice Device { get; init; }

    /// <summary>Null where the content is not known.</summary>
    public IFileSystemFormat? Format { get; init; }

    /// <summary>Null where the content is not known.</summary>
    public RecognizedVolume? Found { get; init; }

    public MountedVolume? Mounted
    {
        get => _mounted;
        set => _mounted = value;
    }

    public long OffsetBytes => (long)Partition.FirstBlock * Device.BlockLength;

    public long SizeBytes => (long)Device.BlockCount * Device.BlockLength;
}
