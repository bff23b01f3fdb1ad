using IscsiMount.FileSystems.Ntfs.Verifier.Indexes;
using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;
using IscsiMount.FileSystems.Ntfs.Verifier.Metadata;
using IscsiMount.FileSystems.Ntfs.Verifier.Records;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Files;

/// <summary>Finds the indexes of a file, and walks each with the rules of its kind.</summary>
internal sealed class IndexInspector(Inspection inspection)
{
    private const ulong ExtendDirectory = 11;

    public async ValueTask InspectAsync(
        MftFile file, IReadOnlyList<StreamImage> streams, CancellationToken cancellationToken)
    {
        StreamImage[] roots = [.. streams.Where(stream => stream is { Type: AttributeTypes.IndexRoot, Extents: null })];
        CheckFlags(file, roots);
        foreach (StreamImage root in roots)
        {
            await WalkAsync(file, root, streams, cancellationToken);
        }
    }

    /// <summary>The directory index of a file, or nothing.</summary>
    public IndexParts? FindNames(MftFile file, IReadOnlyList<StreamImage> streams)
    {
        StreamImage? root = streams.FirstOrDefault(stream =>
            stream is { Type: AttributeTypes.IndexRoot, Extents: null } && stream.First.IsNamed(NameIndexRules.Name));
        return root is null ? null : Find(file, root, streams);
    }

    private void CheckFlags(MftFile file, StreamImage[] roots)
    {
        if (file.IsIncomplete)
        {
            return;
        }

        bool hasNames = roots.Any(root => root.First.IsNamed(NameIndexRules.Name));
        if (file.Base.Header.IsDirectory != hasNames)
        {
            inspection.Findings.Add(
                FindingKind.RecordFlagsInvalid, file.Number, file.OffsetBytes,
                hasNames ? "it has an index of names, and is no directory" : "it is a directory without its index");
        }

        bool hasViews = roots.Any(root => !root.First.IsNamed(NameIndexRules.Name));
        if (file.Base.Header.IsViewIndex != hasViews)
        {
            inspection.Findings.Add(
                FindingKind.RecordFlagsInvalid, file.Number, file.OffsetBytes,
                hasViews ? "it has a view index, and is not marked so" : "it is marked for a view index, and has none");
        }
    }

    private async ValueTask WalkAsync(
        MftFile file, StreamImage root, IReadOnlyList<StreamImage> streams, CancellationToken cancellationToken)
    {
        bool holdsNames = root.First.IsNamed(NameIndexRules.Name);
        ViewIndex view = holdsNames ? ViewIndex.None : ViewOf(file, root);
        bool isDamaged = true;
        if (Find(file, root, streams) is { } parts && IsOfKind(root, parts, holdsNames))
        {
            IIndexRules rules = holdsNames
                ? new NameIndexRules(inspection, file.Reference)
                : new ViewIndexRules(CollationOf(root), view.Handler);
            var walker = new IndexWalker(inspection, parts, rules, inspection.Findings);
            await walker.WalkAsync(cancellationToken);
            isDamaged = walker.IsDamaged;
        }

        if (isDamaged && holdsNames)
        {
            inspection.Records[file.Number].Flags |= RecordFlags.IndexDamaged;
        }

        view.Finish?.Invoke(isDamaged);
    }

    private IndexParts? Find(MftFile file, StreamImage root, IReadOnlyList<StreamImage> streams)
    {
        StreamImage? allocation = FindPart(streams, AttributeTypes.IndexAllocation, root);
        StreamImage? bitmap = FindPart(streams, AttributeTypes.Bitmap, root);
        if (allocation is { IsBroken: true } or { Extents: null } || bitmap is { IsBroken: true })
        {
            return null;
        }

        // Only what is real and on the volume once bounds the walk.
        bool isReal = allocation is null
            || (!allocation.Extents!.HasHole
                && allocation.Extents.RealCount <= inspection.Geometry.ClusterCount
                && allocation.Size <= allocation.Extents.Size);
        return !isReal ? null : new IndexParts
        {
            Record = file.Number,
            Name = Utf16.ToText(root.First.Name),
            Root = root.First,
            Allocation = allocation?.Open(inspection.Reader),
            Bitmap = bitmap?.Open(inspection.Reader),
        };
    }

    private static StreamImage? FindPart(IReadOnlyList<StreamImage> streams, uint type, StreamImage root)
    {
        return streams.FirstOrDefault(
            stream => stream.Type == type && stream.First.Name.SequenceEqual(root.First.Name));
    }

    private bool IsOfKind(StreamImage root, IndexParts parts, bool holdsNames)
    {
        if (!holdsNames || root.First.Value.Length < IndexRootHeader.Length)
        {
            return true;
        }

        var header = IndexRootHeader.Read(root.First.Value.Span);
        bool isOfNames = header.IndexedType == AttributeTypes.FileName && header.Collation == NameIndexRules.Collation;
        if (!isOfNames)
        {
            inspection.Findings.Add(
                FindingKind.IndexRootInvalid, parts.Record, root.First.OffsetBytes,
                $"it indexes attribute {header.IndexedType:X}h in the order {header.Collation:X}h");
        }

        return isOfNames;
    }

    private static uint CollationOf(StreamImage root)
    {
        ReadOnlySpan<byte> value = root.First.Value.Span;
        return value.Length < IndexRootHeader.Length ? uint.MaxValue : IndexRootHeader.Read(value).Collation;
    }

    private ViewIndex ViewOf(MftFile file, StreamImage root)
    {
        string name = Utf16.ToText(root.First.Name);
        if (file.Number == SecurityIndexes.Record)
        {
            return SecurityIndexes.Find(inspection, root.First, name);
        }

        return IsExtension(file, "$Reparse") && name == "$R" ? FileIndexes.OfReparsePoints(inspection)
            : IsExtension(file, "$ObjId") && name == "$O" ? FileIndexes.OfObjectIds(inspection)
            : ViewIndex.None;
    }

    private static bool IsExtension(MftFile file, string expected)
    {
        return file.Names.Any(piece => FileNameValue.TryRead(piece.Value.Span, out FileNameValue name)
            && name.Parent.Number == ExtendDirectory
            && Utf16.Equals(name.Name, expected));
    }
}
