using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Inodes;
using IscsiMount.Mounting.Fuse.Native;

namespace IscsiMount.Mounting.Fuse.Attributes;

/// <summary>Makes the answers that tell the kernel what a name stands for.</summary>
internal sealed class EntryWriter(
    InodeTable inodes, OpenStreams streams, StatusWriter statuses, TimeSpan cacheTimeout)
{
    public double TimeoutSeconds { get; } = cacheTimeout.TotalSeconds;

    public FileStatus Describe(in FileProperties properties)
        => statuses.Describe(properties, inodes.NumberOf(properties.Id));

    /// <summary>A name that exists. The inode has one more reference, until the kernel gives it back.</summary>
    public EntryParameters Refer(in FileProperties properties)
    {
        Inode inode = inodes.Refer(properties.Id);
        return new EntryParameters
        {
            Inode = inode.Number,
            Generation = properties.Id.Generation,
            Status = statuses.Describe(properties, inode.Number),
            AttributesTimeoutSeconds = TimeoutSeconds,
            EntryTimeoutSeconds = TimeoutSeconds,
        };
    }

    /// <summary>The kernel gives references back, or did not take the answer that would have given them.</summary>
    public void TakeBack(ulong inode, ulong count = 1)
    {
        if (inodes.Forget(inode, count) is { } forgotten)
        {
            streams.Forget(forgotten);
        }
    }

    /// <summary>A name that does not exist: the kernel remembers that too.</summary>
    public EntryParameters Absent() => new() { EntryTimeoutSeconds = TimeoutSeconds };

    /// <summary>A line of a listing from which the kernel learns no inode, and so holds no reference.</summary>
    public EntryParameters Sketch(FileKind kind, FileId id)
        => new() { Status = StatusWriter.Sketch(kind, inodes.NumberOf(id)) };
}
