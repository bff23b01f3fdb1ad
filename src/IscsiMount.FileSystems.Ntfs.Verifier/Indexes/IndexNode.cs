using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Indexes;

/// <summary>A node on the way from the root to where the walk is. Its entries have been checked.</summary>
internal sealed class IndexNode
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly long _offsetBytes;
    private int _position;

    private IndexNode(ReadOnlyMemory<byte> bytes, long offsetBytes, int firstEntry)
    {
        _bytes = bytes;
        _offsetBytes = offsetBytes;
        _position = firstEntry;
    }

    /// <summary>The key that all keys of this node come before; nothing on the right edge of the tree.</summary>
    public ReadOnlyMemory<byte>? Bound { get; init; }

    /// <summary>Whether the child of the current entry has been walked.</summary>
    public bool IsChildDone { get; set; }

    public IndexEntry Current
    {
        get
        {
            ReadOnlySpan<byte> rest = _bytes.Span[_position..];
            return new IndexEntry(rest[..ReadUInt16LittleEndian(rest[0x08..])], _offsetBytes + _position);
        }
    }

    /// <summary>The VCN in the last eight bytes of the current entry, which has a child.</summary>
    public ulong CurrentChild
    {
        get
        {
            ReadOnlySpan<byte> rest = _bytes.Span[_position..];
            return ReadUInt64LittleEndian(rest[(ReadUInt16LittleEndian(rest[0x08..]) - 8)..]);
        }
    }

    /// <summary>What the keys below the child of the current entry come before.</summary>
    public ReadOnlyMemory<byte>? BoundOfChild
    {
        get
        {
            IndexEntryHeader header = Current.Header;
            return header.IsLast ? Bound : _bytes.Slice(_position + IndexEntryHeader.Length, header.KeyLength);
        }
    }

    /// <summary>Reads a node, all of whose entries are checked first.</summary>
    /// <param name="bytes">From the head of the node to the end of its room.</param>
    /// <param name="offsetBytes">Where the head lies on the volume.</param>
    /// <param name="bound">What all its keys come before.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <returns>Nothing if it is malformed.</returns>
    public static IndexNode? Find(
        ReadOnlyMemory<byte> bytes, long offsetBytes, ReadOnlyMemory<byte>? bound, out string problem)
    {
        var header = NodeHeader.Read(bytes.Span);
        bool fits = header.FirstEntry >= NodeHeader.Length
            && header.FirstEntry % 8 == 0
            && header.FirstEntry <= header.BytesUsed
            && header.BytesUsed <= header.BytesAllocated
            && header.BytesAllocated <= bytes.Length;
        problem = fits
            ? ProblemOf(bytes.Span[..(int)header.BytesUsed], (int)header.FirstEntry, header.HasChildren)
            : $"{header.BytesUsed} of {header.BytesAllocated} bytes from {header.FirstEntry} do not fit in "
                + $"{bytes.Length}";
        return problem.Length > 0
            ? null
            : new IndexNode(bytes, offsetBytes, (int)header.FirstEntry) { Bound = bound };
    }

    public void Advance()
    {
        _position += Current.Header.EntryLength;
        IsChildDone = false;
    }

    private static string ProblemOf(ReadOnlySpan<byte> node, int position, bool hasChildren)
    {
        while (node.Length - position >= IndexEntryHeader.Length)
        {
            var entry = IndexEntryHeader.Read(node[position..]);
            int lengthMin = IndexEntryHeader.Length + (entry.IsLast ? 0 : entry.KeyLength) + (entry.HasChild ? 8 : 0);
            if (entry.EntryLength < lengthMin || entry.EntryLength % 8 != 0
                || entry.EntryLength > node.Length - position)
            {
                return $"the entry at {position} has {entry.EntryLength} bytes";
            }

            if (entry.HasChild != hasChildren)
            {
                return $"the entry at {position} has {(entry.HasChild ? "a" : "no")} child, unlike its node";
            }

            position += entry.EntryLength;
            if (entry.IsLast)
            {
                return position == node.Length ? "" : $"{node.Length} bytes are used, and the last entry ends earlier";
            }
        }

        return "it has no last entry";
    }
}
