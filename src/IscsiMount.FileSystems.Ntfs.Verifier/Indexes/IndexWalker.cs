using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Indexes;

/// <summary>Walks an index in the order of its keys, each block once, and checks the tree on the way.</summary>
internal sealed class IndexWalker(Inspection inspection, IndexParts index, IIndexRules rules, FindingLog findings)
{
    // LIMIT: a tree of this depth with two keys a block has more blocks than a volume.
    private const int DepthMax = 40;
    private const int BlockSizeMin = 512;
    private const int BlockSizeMax = 64 << 10;
    private const int SectorSize = 512;

    private readonly Stack<IndexNode> _path = new();
    private readonly SparseBits _seen = new();
    private ulong _blockSize;
    private byte[] _previousKey = [];
    private int _previousLength = -1;

    /// <summary>Whether a part of the tree could not be read, so that entries may be missing.</summary>
    public bool IsDamaged { get; private set; }

    public async ValueTask WalkAsync(CancellationToken cancellationToken)
    {
        if (!TryStart())
        {
            IsDamaged = true;
            return;
        }

        while (_path.TryPeek(out IndexNode? node))
        {
            IndexEntryHeader entry = node.Current.Header;
            if (entry.HasChild && !node.IsChildDone)
            {
                node.IsChildDone = true;
                await DescendAsync(node, cancellationToken);
            }
            else if (entry.IsLast || IsCutTail(node))
            {
                _path.Pop();
            }
            else
            {
                Visit(node);
                node.Advance();
            }
        }

        if (!IsDamaged)
        {
            await CompareBitmapAsync(cancellationToken);
        }
    }

    private bool TryStart()
    {
        ReadOnlyMemory<byte> value = index.Root.Value;
        if (value.Length < IndexRootHeader.Length + NodeHeader.Length)
        {
            return Fail(FindingKind.IndexRootInvalid, index.Root.OffsetBytes, $"it has {value.Length} bytes");
        }

        var header = IndexRootHeader.Read(value.Span);
        _blockSize = header.BlockSize;
        if (header.BlockSize is < BlockSizeMin or > BlockSizeMax || !uint.IsPow2(header.BlockSize))
        {
            return Fail(
                FindingKind.IndexRootInvalid, index.Root.OffsetBytes, $"its blocks have {header.BlockSize} bytes");
        }

        long offset = index.Root.OffsetBytes + (index.Root.Bytes.Length - value.Length) + IndexRootHeader.Length;
        ReadOnlyMemory<byte> bytes = value[IndexRootHeader.Length..];
        if (NodeHeader.Read(bytes.Span).BytesAllocated != (uint)bytes.Length)
        {
            return Fail(
                FindingKind.IndexRootInvalid, index.Root.OffsetBytes,
                $"{NodeHeader.Read(bytes.Span).BytesAllocated} bytes are allocated in a value of {bytes.Length}");
        }

        return TryPush(bytes, offset, null);
    }

    private bool TryPush(ReadOnlyMemory<byte> bytes, long offset, ReadOnlyMemory<byte>? bound)
    {
        var node = IndexNode.Find(bytes, offset, bound, out string problem);
        if (node is null)
        {
            return Fail(FindingKind.IndexNodeInvalid, offset, problem);
        }

        _path.Push(node);
        return true;
    }

    private async ValueTask DescendAsync(IndexNode parent, CancellationToken cancellationToken)
    {
        long place = parent.Current.OffsetBytes;
        if (FindBlock(parent.CurrentChild) is not { } number)
        {
            Fail(FindingKind.IndexChildInvalid, place, $"its child {parent.CurrentChild} does not exist");
            return;
        }

        if (_path.Count >= DepthMax || !_seen.TrySet(number))
        {
            Fail(FindingKind.IndexChildInvalid, place, $"its child {parent.CurrentChild} is reached twice or too deep");
            return;
        }

        byte[] block = new byte[_blockSize];
        ulong offset = number * _blockSize;
        await index.Allocation!.ReadAsync(offset, block, isNear: true, cancellationToken);
        long blockPlace = index.Allocation.PlaceOf(offset) ?? place;
        if (IsBlockValid(block, parent.CurrentChild, blockPlace))
        {
            TryPush(block.AsMemory(IndexBlockHeader.Length), blockPlace + IndexBlockHeader.Length, parent.BoundOfChild);
        }
    }

    // VCNs count clusters, or 512 bytes where a cluster is larger than a block.
    private ulong? FindBlock(ulong vcn)
    {
        ulong unit = (ulong)inspection.Geometry.ClusterSize;
        unit = unit <= _blockSize ? unit : SectorSize;
        ulong size = index.Allocation is { } allocation ? Math.Min(allocation.Size, allocation.Extents!.Size) : 0;
        if (vcn >= size / unit)
        {
            return null;
        }

        ulong offset = vcn * unit;
        return offset % _blockSize == 0 && size - offset >= _blockSize ? offset / _blockSize : null;
    }

    private bool IsBlockValid(byte[] block, ulong vcn, long place)
    {
        var header = IndexBlockHeader.Read(block);
        if (!header.HasSignature)
        {
            return Fail(FindingKind.IndexBlockInvalid, place, "the signature is not INDX");
        }

        ProtectionState state = Protection.Remove(block);
        if (state != ProtectionState.Whole)
        {
            return state == ProtectionState.Torn
                ? Fail(FindingKind.TornStructure, place, "the fix-ups of the index block are of different writes")
                : Fail(FindingKind.IndexBlockInvalid, place, "the array of its fix-ups is impossible");
        }

        if (header.Vcn != vcn)
        {
            return Fail(FindingKind.IndexBlockInvalid, place, $"it says that it is block {header.Vcn}, not {vcn}");
        }

        uint allocated = NodeHeader.Read(block.AsSpan(IndexBlockHeader.Length)).BytesAllocated;
        return allocated == _blockSize - IndexBlockHeader.Length
            || Fail(FindingKind.IndexBlockInvalid, place, $"it says that {allocated} bytes are allocated");
    }

    // Between the writes of a split the upper half of a block is still where it was, and in its new block too. A
    // search never comes there, because the parent knows the new block already.
    private bool IsCutTail(IndexNode node)
    {
        return inspection.Mode == VerificationMode.Crash
            && node.Bound is { } bound
            && rules.Compare(node.Current.Key, bound.Span) >= 0;
    }

    private void Visit(IndexNode node)
    {
        IndexEntry entry = node.Current;
        ReadOnlySpan<byte> key = entry.Key;
        bool follows = _previousLength < 0
            || rules.Compare(_previousKey.AsSpan(0, _previousLength), key) is not >= 0;
        if (!follows)
        {
            findings.Add(
                FindingKind.IndexOrder, index.Record, entry.OffsetBytes,
                $"{index.Name}: a key does not follow the one before");
        }

        if (_previousKey.Length < key.Length)
        {
            _previousKey = new byte[Math.Max(key.Length, 1024)];
        }

        key.CopyTo(_previousKey);
        _previousLength = key.Length;
        rules.Visit(entry);
    }

    private async ValueTask CompareBitmapAsync(CancellationToken cancellationToken)
    {
        if (index.Allocation is null && index.Bitmap is null)
        {
            return;
        }

        ulong blockCount = (index.Allocation?.Size ?? 0) / _blockSize;
        byte[] bits = new byte[(blockCount + 7) / 8];
        int known = (int)Math.Min((ulong)bits.Length, index.Bitmap?.Size ?? 0);
        if (known > 0)
        {
            await index.Bitmap!.ReadAsync(0, bits.AsMemory(0, known), isNear: true, cancellationToken);
        }

        for (ulong block = 0; block < blockCount; block++)
        {
            bool isMarked = (bits[block / 8] >> (int)(block % 8) & 1) != 0;
            if (isMarked != _seen[block])
            {
                findings.Add(
                    isMarked ? FindingKind.IndexBlockLeaked : FindingKind.IndexBlockMarkedFree, index.Record,
                    index.Allocation!.PlaceOf(block * _blockSize), $"{index.Name}: block {block}");
            }
        }
    }

    private bool Fail(FindingKind kind, long place, string observed)
    {
        IsDamaged = true;
        findings.Add(kind, index.Record, place, $"{index.Name}: {observed}");
        return false;
    }
}
