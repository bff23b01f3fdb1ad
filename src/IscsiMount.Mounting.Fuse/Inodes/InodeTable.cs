using IscsiMount.FileSystems;
using IscsiMount.Primitives;

namespace IscsiMount.Mounting.Fuse.Inodes;

/// <summary>
/// The files that the kernel knows. An inode is there for as long as the kernel holds a reference: each answer that
/// names it is one, and the kernel gives them back by FORGET. The root is always there. Safe for any thread.
/// </summary>
/// <remarks>
/// A file is shown under the number that its format gives it, so that people meet it again in other tools. The root is
/// 1, as the kernel demands. A number that the kernel still holds for an earlier file in the same place, and 0 and 1,
/// are replaced by one that no format gives.
/// </remarks>
internal sealed class InodeTable
{
    public const ulong RootNumber = 1;

    // LIMIT: no format that we know has more than 2^48 files, so numbers from here on are free.
    private const ulong SpareNumbersBegin = 1UL << 62;

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, Inode> _byNumber = [];
    private readonly Dictionary<FileId, Inode> _byId = [];
    private ulong _nextSpare = SpareNumbersBegin + 2;

    public InodeTable(FileId root)
    {
        var inode = new Inode(RootNumber, root) { ReferenceCount = 1 };
        _byNumber.Add(RootNumber, inode);
        _byId.Add(root, inode);
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byNumber.Count;
            }
        }
    }

    /// <summary>An inode that the kernel holds. It never names another.</summary>
    public Inode Get(ulong number)
    {
        lock (_gate)
        {
            bool isHeld = _byNumber.TryGetValue(number, out Inode? inode);
            Invariant.Holds(isHeld);
            return inode!;
        }
    }

    /// <summary>The number under which a file is shown, without a reference.</summary>
    public ulong NumberOf(FileId id)
    {
        lock (_gate)
        {
            return _byId.TryGetValue(id, out Inode? inode) ? inode.Number : UsualNumber(id);
        }
    }

    /// <summary>Adds a reference, for an answer that is about to name the file.</summary>
    public Inode Refer(FileId id)
    {
        lock (_gate)
        {
            if (!_byId.TryGetValue(id, out Inode? inode))
            {
                ulong usual = UsualNumber(id);
                inode = new Inode(_byNumber.ContainsKey(usual) ? _nextSpare++ : usual, id);
                _byNumber.Add(inode.Number, inode);
                _byId.Add(id, inode);
            }

            inode.ReferenceCount++;
            return inode;
        }
    }

    /// <summary>Takes references back. Gives out the inode if these were the last, and null otherwise.</summary>
    public Inode? Forget(ulong number, ulong count)
    {
        lock (_gate)
        {
            if (number == RootNumber || !_byNumber.TryGetValue(number, out Inode? inode))
            {
                return null;
            }

            Invariant.Holds(inode.ReferenceCount >= count);
            inode.ReferenceCount -= count;
            if (inode.ReferenceCount > 0)
            {
                return null;
            }

            _byNumber.Remove(number);
            _byId.Remove(inode.Id);
            return inode;
        }
    }

    private static ulong UsualNumber(FileId id)
    {
        Invariant.Holds(id.Number < SpareNumbersBegin);
        return id.Number > RootNumber ? id.Number : SpareNumbersBegin + id.Number;
    }
}
