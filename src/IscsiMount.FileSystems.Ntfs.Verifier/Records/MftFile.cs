using IscsiMount.FileSystems.Ntfs.Verifier.Layout;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Records;

/// <summary>A file: its base record, and the attributes of all of its records in the order of the format.</summary>
internal sealed class MftFile
{
    public required ParsedRecord Base { get; init; }

    /// <summary>Without the attribute list itself.</summary>
    public required IReadOnlyList<AttributePiece> Pieces { get; init; }

    public required StreamImage? AttributeList { get; init; }

    /// <summary>Whether a record or the list cannot be read, so that attributes may be missing here.</summary>
    public required bool IsIncomplete { get; init; }

    public ulong Number => Base.Number;

    public Reference Reference => Base.Reference;

    public long OffsetBytes => Base.OffsetBytes;

    /// <summary>The first attribute of a type, or nothing.</summary>
    public AttributePiece? Find(uint type)
    {
        foreach (AttributePiece piece in Pieces)
        {
            if (piece.Type == type)
            {
                return piece;
            }
        }

        return null;
    }

    /// <summary>All names of the file.</summary>
    public IEnumerable<AttributePiece> Names =>
        Pieces.Where(piece => piece is { Type: AttributeTypes.FileName, Header.IsNonResident: false });

    /// <summary>Pieces that belong together, as ranges of <see cref="Pieces"/>.</summary>
    public IEnumerable<Range> Streams()
    {
        int first = 0;
        for (int i = 1; i <= Pieces.Count; i++)
        {
            // Every name is an attribute of its own; pieces of other types form one stream.
            bool isNext = i == Pieces.Count
                || Pieces[i].Type == AttributeTypes.FileName
                || !Pieces[i].Header.IsNonResident
                || !Pieces[i].IsOfStream(Pieces[first]);
            if (isNext)
            {
                yield return first..i;
                first = i;
            }
        }
    }
}
