using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Layout.Records;

namespace IscsiMount.FileSystems.Ntfs.Indexes;

/// <summary>A key that is looked for in an index.</summary>
internal abstract class IndexSearch
{
    /// <summary>Below 0 if the wanted key comes before this one, above 0 if behind, 0 if this is it.</summary>
    public abstract int Compare(ReadOnlySpan<byte> key);

    /// <summary>
    /// Is shown the entries on both sides of the place where the wanted key would be, in each node on the way.
    /// </summary>
    public virtual void Pass(IndexNode node, int index)
    {
    }
}

/// <summary>Looks for a number.</summary>
internal sealed class NumberSearch(uint wanted) : IndexSearch
{
    public override int Compare(ReadOnlySpan<byte> key) =>
        wanted.CompareTo(BinaryPrimitives.ReadUInt32LittleEndian(key));
}

/// <summary>Looks for a name, and for one that differs from it in case alone.</summary>
/// <remarks>
/// Names that differ in case alone stand next to each other in the order of the index, and the exact one would stand
/// between them. Its neighbours are always on the way down to that place, so one descent sees a match.
/// </remarks>
internal sealed class NameSearch(ReadOnlyMemory<char> wanted, UpCaseTable upCase) : IndexSearch
{
    private (FileReference Reference, FileNamespace Namespace)? _inOtherCase;

    /// <summary>A file whose name differs in case alone. A name that listings show goes before an 8.3 twin.</summary>
    public FileReference? InOtherCase => _inOtherCase?.Reference;

    public override int Compare(ReadOnlySpan<byte> key) =>
        upCase.Compare(wanted.Span, FileNameKey.NameUnits(key));

    public override void Pass(IndexNode node, int index)
    {
        ReadOnlySpan<byte> key = node.Key(index);
        if (!upCase.AreEqualIgnoringCase(wanted.Span, FileNameKey.NameUnits(key)))
        {
            return;
        }

        FileNamespace space = FileNameKey.Read(key).Namespace;
        if (_inOtherCase is null || _inOtherCase.Value.Namespace == FileNamespace.Dos)
        {
            _inOtherCase = (node.Reference(index), space);
        }
    }
}
