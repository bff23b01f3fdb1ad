using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Indexes;

/// <summary>
/// Walks through the entries of an index in their order. It can begin behind any key, so a walk that was interrupted
/// goes on where it was whatever has been read or forgotten meanwhile. Not for concurrent use.
/// </summary>
internal sealed class IndexCursor(IndexTree tree)
{
    private readonly Stack<(IndexNode Node, int Next)> _path = new();

    // A block that is reached twice means a cycle, or two parents of one child. Both would list names twice.
    private readonly HashSet<long> _visited = [];

    public IndexNode Node { get; private set; } = tree.Root;

    public int Index { get; private set; } = -1;

    /// <summary>Goes to the beginning.</summary>
    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        Reset();
        return DescendAsync(tree.Root, 0, cancellationToken);
    }

    /// <summary>Goes to the place behind a key.</summary>
    public async ValueTask SeekBehindAsync(IndexSearch key, CancellationToken cancellationToken)
    {
        Reset();
        IndexNode node = tree.Root;
        while (true)
        {
            (int index, bool isExact) = IndexTree.Locate(node, key);
            int next = isExact ? index + 1 : index;
            _path.Push((node, next));
            if (!node.HasChildren)
            {
                return;
            }

            if (isExact)
            {
                await DescendAsync(await EnterAsync(node, next, cancellationToken), 0, cancellationToken);
                return;
            }

            node = await EnterAsync(node, index, cancellationToken);
        }
    }

    /// <summary>Goes to the next entry. False means that there is none.</summary>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        while (_path.TryPop(out (IndexNode Node, int Next) place))
        {
            if (place.Next >= place.Node.KeyCount)
            {
                continue;
            }

            (Node, Index) = place;
            _path.Push((place.Node, place.Next + 1));
            if (place.Node.HasChildren)
            {
                await DescendAsync(
                    await EnterAsync(place.Node, place.Next + 1, cancellationToken), 0, cancellationToken);
            }

            return true;
        }

        return false;
    }

    private void Reset()
    {
        _path.Clear();
        _visited.Clear();
    }

    /// <summary>Goes down to the first entry below a node.</summary>
    private async ValueTask DescendAsync(IndexNode node, int index, CancellationToken cancellationToken)
    {
        while (true)
        {
            _path.Push((node, index));
            if (!node.HasChildren)
            {
                return;
            }

            node = await EnterAsync(node, index, cancellationToken);
            index = 0;
        }
    }

    private async ValueTask<IndexNode> EnterAsync(IndexNode parent, int index, CancellationToken cancellationToken)
    {
        Medium.Holds(_path.Count <= IndexTree.DepthMax, "index", "it is deeper than any can be");
        Medium.Holds(_visited.Add(tree.ChildOffset(parent, index)), "index", "two entries lead to the same block");

        // Its neighbours are wanted next, so they come along.
        await tree.PrefetchChildrenAsync(parent, index, cancellationToken);
        return await tree.GetChildAsync(parent, index, cancellationToken);
    }
}
