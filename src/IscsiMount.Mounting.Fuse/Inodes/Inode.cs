using IscsiMount.FileSystems;

namespace IscsiMount.Mounting.Fuse.Inodes;

/// <summary>A file that the kernel knows. Its fields belong to the table and to the streams that have it.</summary>
internal sealed class Inode
{
    public Inode(ulong number, FileId id)
    {
        Number = number;
        Id = id;
        IdlePlace = new LinkedListNode<Inode>(this);
    }

    /// <summary>What the kernel calls it, and what programs see as its number.</summary>
    public ulong Number { get; }

    public FileId Id { get; }

    /// <summary>Answers with this inode that the kernel has not forgotten. <see cref="InodeTable"/> owns it.</summary>
    public ulong ReferenceCount { get; set; }

    /// <summary>The open main stream, if there is one. <see cref="OpenStreams"/> owns this and what follows.</summary>
    public IOpenFile? Stream { get; set; }

    /// <summary>Requests that use the stream just now.</summary>
    public int StreamUserCount { get; set; }

    /// <summary>The place among the streams that are open and not in use.</summary>
    public LinkedListNode<Inode> IdlePlace { get; }
}
