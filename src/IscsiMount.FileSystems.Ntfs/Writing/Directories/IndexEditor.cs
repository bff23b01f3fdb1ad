using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.FileSystems.Ntfs.Writing.Commits;
using IscsiMount.FileSystems.Ntfs.Writing.Images;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Directories;

/// <summary>
/// Changes the index of names of one directory within one operation: a B-tree with keys in all nodes, whose leaves are
/// all at the same depth. The nodes on the way are copied when they are met; all others stay as they are.
/// </summary>
internal sealed class IndexEditor
{
    private const string Structure = "index";

    private readonly Change _change;
    private readonly RecordImage _directory;
    private readonly IndexTree _tree;
    private readonly byte[] _rootHeader;
    private readonly NodeImage _root;
    private readonly IndexBlockSpace _space;
    private readonly Dictionary<long, ChangedNode> _nodes = [];
    private readonly List<long> _dropped = [];
    private bool _isChanged;

    private IndexEditor(Change change, RecordImage directory, IndexTree tree, byte[] rootHeader, IndexBlockSpace space)
    {
        _change = change;
        _directory = directory;
        _tree = tree;
        _rootHeader = rootHeader;
        _root = NodeImage.From(tree.Root);
        _space = space;
    }

    /// <summary>Whether no name is left.</summary>
    public bool IsEmpty => _root.KeyCount == 0 && !_root.HasChildren;

    private UpCaseTable UpCase => _change.Context.Format.UpCase;

    public static async ValueTask<IndexEditor> OpenAsync(
        Change change, RecordImage directory, CancellationToken cancellationToken)
    {
        WriteContext context = change.Context;
        FsResult<IndexTree> opened = await context.Directories.OpenAsync(directory.Reference.Id, cancellationToken);
        Medium.Holds(opened.TryGet(out IndexTree? tree), "directory", "it cannot be opened");
        byte[] root = directory.Find(AttributeType.IndexRoot, IndexBlockSpace.NameUnits) is { } attribute
            ? attribute.Value[..IndexRootHeader.Length].ToArray()
            : throw new DamagedMediumException("directory", "its $INDEX_ROOT is not in its base record");
        IndexBlockSpace space = await IndexBlockSpace.OpenAsync(change, directory, tree, cancellationToken);
        return new IndexEditor(change, directory, tree, root, space);
    }

    /// <summary>The entry of a name, unit by unit, or nothing.</summary>
    public async ValueTask<EntryImage?> FindAsync(ReadOnlyMemory<char> name, CancellationToken cancellationToken)
    {
        (List<IndexStep> path, bool isExact) = await DescendAsync(name, cancellationToken);
        return isExact ? path[^1].Entry : null;
    }

    /// <summary>
    /// Adds an entry whose name is not there yet. <see cref="FsStatus.NoSpace"/> leaves the change to be abandoned.
    /// </summary>
    public async ValueTask<FsStatus> InsertAsync(EntryImage entry, CancellationToken cancellationToken)
    {
        (List<IndexStep> path, bool isExact) = await DescendAsync(NameOf(entry), cancellationToken);
        Invariant.Holds(!isExact);
        path[^1].Node.Entries.Insert(path[^1].Index, entry.WithChild(null));
        Mark(path[^1], WriteClass.Gained);
        return await RelieveAsync(path, cancellationToken);
    }

    /// <summary>Puts another key in the place of one of the same name and length.</summary>
    public async ValueTask UpdateAsync(EntryImage entry, CancellationToken cancellationToken)
    {
        (List<IndexStep> path, bool isExact) = await DescendAsync(NameOf(entry), cancellationToken);
        Medium.Holds(isExact, Structure, "a name of a file is not in its directory");
        IndexStep step = path[^1];
        if (!step.Entry.Key.SequenceEqual(entry.Key))
        {
            step.Node.Entries[step.Index] = entry.WithChild(step.Entry.Child);
            Mark(step, WriteClass.Gained);
        }
    }

    /// <summary>Takes out the entry of a name that is there.</summary>
    public async ValueTask<FsStatus> RemoveAsync(ReadOnlyMemory<char> name, CancellationToken cancellationToken)
    {
        (List<IndexStep> path, bool isExact) = await DescendAsync(name, cancellationToken);
        Invariant.Holds(isExact);
        IndexStep step = path[^1];
        if (!step.Node.HasChildren)
        {
            step.Node.Entries.RemoveAt(step.Index);
            Mark(step, WriteClass.Lost);
            return await FoldAsync(path, cancellationToken);
        }

        // In an inner node the next greater key takes the place of the one that goes. It stands first in a leaf.
        List<IndexStep> down = await DescendToNextAsync(path, cancellationToken);
        EntryImage next = down[^1].Entry;
        Medium.Holds(!next.IsLast, Structure, "a block below another is empty");
        step.Node.Entries[step.Index] = next.WithChild(step.Entry.Child);
        Mark(step, WriteClass.Gained);
        down[^1].Node.Entries.RemoveAt(0);
        Mark(down[^1], WriteClass.Lost);

        // Its length may differ, so the inner node may overflow. Then the way to the leaf is another.
        FsStatus status = await RelieveAsync(path, cancellationToken);
        if (status != FsStatus.Ok || down[^1].Node.KeyCount > 0)
        {
            return status;
        }

        (List<IndexStep> found, bool isThere) = await DescendAsync(NameOf(next), cancellationToken);
        Invariant.Holds(isThere);
        return await FoldAsync(await DescendToNextAsync(found, cancellationToken), cancellationToken);
    }

    /// <summary>Writes root, sizes and bitmap of the index into the image of its record.</summary>
    public void Apply()
    {
        if (!_isChanged)
        {
            return;
        }

        _directory.SetResident(
            AttributeType.IndexRoot, IndexBlockSpace.NameUnits, _root.ToRootValue(_rootHeader));
        _space.Apply();
        _change.Touch(_directory);
    }

    /// <summary>The blocks as they are to be written.</summary>
    public IEnumerable<PendingPage> Pages()
    {
        foreach ((long offset, ChangedNode node) in _nodes.Where(each => each.Value.Class is not null))
        {
            byte[] block = node.Image.ToBlock(_space.BlockSize, _space.VcnOf(offset));
            UpdateSequence.Protect(block);
            foreach (PendingPage page in _space.PagesOf(offset, block, node.Class!.Value))
            {
                yield return page;
            }
        }

        foreach (PendingPage page in _space.BitmapPages())
        {
            yield return page;
        }
    }

    /// <summary>Puts the changed blocks into the caches of readers, and takes out the dropped ones.</summary>
    public void UpdateCaches()
    {
        foreach (long offset in _dropped)
        {
            _change.Context.Blocks.Forget(_tree.Id, offset);
        }

        foreach ((long offset, ChangedNode node) in _nodes.Where(each => each.Value.Class is not null))
        {
            byte[] block = node.Image.ToBlock(_space.BlockSize, _space.VcnOf(offset));
            UpdateSequence.Protect(block);
            var stamp = IndexBlockStamp.Read(block);
            Invariant.Holds(UpdateSequence.TryUndo(block));
            _change.Context.Blocks.Replace(
                _tree.Id, offset, IndexNode.Read(block.AsSpan(IndexBlockHeader.NodeOffset), _tree.Id.Kind, stamp));
        }
    }

    private static ReadOnlyMemory<char> NameOf(EntryImage entry) =>
        NameUnits.ToString(FileNameKey.NameUnits(entry.Key)).AsMemory();

    private async ValueTask<(List<IndexStep> Path, bool IsExact)> DescendAsync(
        ReadOnlyMemory<char> name, CancellationToken cancellationToken)
    {
        var path = new List<IndexStep>();
        NodeImage node = _root;
        long offset = IndexStep.RootOffset;
        while (true)
        {
            (int index, bool isExact) = node.Locate(name.Span, UpCase);
            path.Add(new IndexStep(offset, node, index));
            if (isExact || !node.HasChildren)
            {
                return (path, isExact);
            }

            (offset, node) = await EnterAsync(path, cancellationToken);
        }
    }

    /// <summary>Goes on from an inner entry to the first entry of the leaf behind it.</summary>
    private async ValueTask<List<IndexStep>> DescendToNextAsync(
        List<IndexStep> path, CancellationToken cancellationToken)
    {
        List<IndexStep> down = [.. path[..^1], path[^1] with { Index = path[^1].Index + 1 }];
        while (down[^1].Node.HasChildren)
        {
            (long offset, NodeImage node) = await EnterAsync(down, cancellationToken);
            down.Add(new IndexStep(offset, node, 0));
        }

        return down;
    }

    private async ValueTask<(long Offset, NodeImage Node)> EnterAsync(
        List<IndexStep> path, CancellationToken cancellationToken)
    {
        Medium.Holds(path.Count <= IndexTree.DepthMax, Structure, "it is deeper than any can be");
        Medium.Holds(path[^1].Entry.Child is not null, Structure, "an entry lacks its child");
        long offset = _space.OffsetOf(path[^1].Entry.Child!.Value);
        if (!_nodes.TryGetValue(offset, out ChangedNode? known))
        {
            Medium.Holds(_space.IsInUse(offset), Structure, "a block that is in use is marked free");
            IndexNode node = await _change.Context.Blocks.GetAsync(_tree, offset, cancellationToken);
            known = new ChangedNode(NodeImage.From(node));
            _nodes.Add(offset, known);
        }

        return (offset, known.Image);
    }

    private void Mark(IndexStep step, WriteClass writeClass)
    {
        _isChanged = true;
        if (!step.IsRoot)
        {
            ChangedNode node = _nodes[step.Offset];
            node.Class = node.Class is { } known ? (WriteClass)Math.Min((int)known, (int)writeClass) : writeClass;
        }
    }

    /// <summary>Splits the nodes on a way that have become too large, from the bottom up.</summary>
    private async ValueTask<FsStatus> RelieveAsync(List<IndexStep> path, CancellationToken cancellationToken)
    {
        for (int level = path.Count - 1; level > 0; level--)
        {
            if (path[level].Node.FitsBlock(_space.BlockSize))
            {
                break;
            }

            if (!await SplitAsync(path[level - 1], path[level], cancellationToken))
            {
                return FsStatus.NoSpace;
            }
        }

        return await SettleRootAsync(cancellationToken);
    }

    private async ValueTask<bool> SplitAsync(IndexStep parent, IndexStep full, CancellationToken cancellationToken)
    {
        if (await _space.TakeAsync(cancellationToken) is not { } offset)
        {
            return false;
        }

        (EntryImage median, NodeImage upper) = full.Node.Split();
        _nodes[offset] = new ChangedNode(upper) { Class = WriteClass.New };
        parent.Node.Entries[parent.Index] = parent.Entry.WithChild(_space.VcnOf(offset));
        parent.Node.Entries.Insert(parent.Index, median.WithChild(_space.VcnOf(full.Offset)));
        Mark(full, WriteClass.Lost);
        Mark(parent, WriteClass.Gained);
        return true;
    }

    /// <summary>Where the root has become too large for the record, it moves into a block of its own.</summary>
    private async ValueTask<FsStatus> SettleRootAsync(CancellationToken cancellationToken)
    {
        Apply();
        if (_directory.Fits)
        {
            return FsStatus.Ok;
        }

        if (await _space.TakeAsync(cancellationToken) is not { } offset)
        {
            return FsStatus.NoSpace;
        }

        var child = new NodeImage(_root.Entries);
        _nodes[offset] = new ChangedNode(child) { Class = WriteClass.New };
        _root.Entries.Clear();
        _root.Entries.Add(EntryImage.Last(_space.VcnOf(offset)));
        if (!child.FitsBlock(_space.BlockSize) && !await SplitAsync(
            new IndexStep(IndexStep.RootOffset, _root, 0), new IndexStep(offset, child, 0), cancellationToken))
        {
            return FsStatus.NoSpace;
        }

        Apply();
        return _directory.Fits || await _space.MoveBitmapOutAsync(cancellationToken) ? FsStatus.Ok : FsStatus.NoSpace;
    }

    /// <summary>
    /// Takes out a leaf that has become empty: its block, inner blocks that are empty without it, and the key that
    /// separated it from its neighbour, which moves there.
    /// </summary>
    private async ValueTask<FsStatus> FoldAsync(List<IndexStep> path, CancellationToken cancellationToken)
    {
        int level = path.Count - 1;
        while (level > 0 && path[level].Node.KeyCount == 0)
        {
            Drop(path[level].Offset);
            level--;
        }

        IndexStep parent = path[level];
        if (level == path.Count - 1)
        {
            return await SettleRootAsync(cancellationToken);
        }

        if (parent.Node.KeyCount == 0)
        {
            // Only the root comes here: nothing is left below it.
            parent.Node.Entries[0] = EntryImage.Last();
            _dropped.AddRange(_nodes.Keys);
            _nodes.Clear();
            await _space.RemoveAsync(cancellationToken);
            _isChanged = true;
            Apply();
            return FsStatus.Ok;
        }

        int at = Math.Min(parent.Index, parent.Node.KeyCount - 1);
        EntryImage separator = parent.Node.Entries[at];
        if (at < parent.Index)
        {
            parent.Node.Entries[parent.Index] = EntryImage.Last(separator.Child);
        }

        parent.Node.Entries.RemoveAt(at);
        Mark(parent, WriteClass.Lost);
        return await InsertAsync(separator, cancellationToken);
    }

    private void Drop(long offset)
    {
        _space.Free(offset);
        _nodes.Remove(offset);
        _dropped.Add(offset);
    }

    /// <summary>A block as an operation leaves it.</summary>
    private sealed class ChangedNode(NodeImage image)
    {
        public NodeImage Image { get; } = image;

        /// <summary>When it is written; null if it was only looked at.</summary>
        public WriteClass? Class { get; set; }
    }
}
