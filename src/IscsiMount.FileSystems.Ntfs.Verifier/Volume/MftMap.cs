using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;
using IscsiMount.FileSystems.Ntfs.Verifier.Records;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Volume;

/// <summary>Finds $MFT from the boot sector: its first piece leads to the records that hold the others.</summary>
internal sealed class MftMap(Inspection inspection)
{
    private readonly Geometry _geometry = inspection.Geometry;
    private readonly RecordParser _parser = new(inspection, FindingLog.Silent);

    /// <summary>The content of $MFT, or nothing; then it has been reported.</summary>
    public async ValueTask<StreamBytes?> FindAsync(CancellationToken cancellationToken)
    {
        ParsedRecord? record = await ReadAsync(_geometry.MftLcn, cancellationToken)
            ?? await ReadAsync(_geometry.MirrorLcn, cancellationToken);
        if (record is null)
        {
            return Fail(_geometry.MftLcn, "neither record 0 nor its copy can be read");
        }

        AttributePiece[] pieces = [.. record.Pieces.Where(IsMftContent)];
        if (pieces.Length == 0 || pieces[0].FirstVcn != 0)
        {
            return Fail(_geometry.MftLcn, "record 0 has no content");
        }

        var extents = new Extents(_geometry);
        NonResidentHeader sizes = pieces[0].NonResident;
        var content = StreamBytes.InClusters(
            inspection.Reader, extents, Math.Min(sizes.DataSize, _geometry.Size), sizes.InitializedSize);
        bool isMapped = TryAppend(pieces, extents)
            && await TryAppendListedAsync(record, content, extents, cancellationToken);
        bool isReal = !extents.HasHole && extents.RealCount <= _geometry.ClusterCount;
        return isMapped && isReal
            ? content
            : Fail(_geometry.MftLcn, "the runs of $MFT cannot be read");
    }

    private async ValueTask<ParsedRecord?> ReadAsync(ulong lcn, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[_geometry.RecordSize];
        if (!inspection.Reader.Holds(_geometry.OffsetOf(lcn), bytes.Length))
        {
            return null;
        }

        var record = new ParsedRecord { Number = 0, OffsetBytes = _geometry.OffsetOf(lcn) };
        await inspection.Reader.ReadAsync(record.OffsetBytes, bytes, cancellationToken);
        _parser.Parse(bytes, record, isMarked: true);
        return record is { Use: RecordUse.InUse, IsExtension: false } ? record : null;
    }

    private static bool IsMftContent(AttributePiece piece) => piece is
    {
        Type: AttributeTypes.Content,
        Header: { IsNonResident: true, NameLength: 0 },
    };

    private bool TryAppend(IEnumerable<AttributePiece> pieces, Extents extents)
    {
        foreach (AttributePiece piece in pieces)
        {
            NonResidentHeader place = piece.NonResident;
            bool isRead = place.FirstVcn == extents.ClusterCount
                && RunDecoder.Append(piece.Bytes.Span[place.RunsOffset..], _geometry.ClusterCount, extents) is null;
            if (!isRead)
            {
                return false;
            }
        }

        return true;
    }

    // The pieces lie in records of $MFT itself, each in a part that the pieces before it have mapped.
    private async ValueTask<bool> TryAppendListedAsync(
        ParsedRecord record, StreamBytes content, Extents extents, CancellationToken cancellationToken)
    {
        AttributePiece? list = record.Pieces.Cast<AttributePiece?>()
            .FirstOrDefault(piece => piece!.Value.Type == AttributeTypes.AttributeList);
        if (list is null)
        {
            return true;
        }

        StreamImage stream = new StreamInspector(inspection, FindingLog.Silent).Inspect([list.Value], claims: false);
        if (stream.IsBroken || stream.Size > AttributeListReader.SizeMax)
        {
            return false;
        }

        byte[] bytes = new byte[stream.Size];
        await stream.Open(inspection.Reader).ReadAsync(0, bytes, isNear: true, cancellationToken);
        var source = new RecordSource(inspection, content);
        foreach (ListItem item in AttributeListReader.Read(bytes, upCase: null, out _))
        {
            if (item.Entry is not { Type: AttributeTypes.Content, NameLength: 0 } || item.Entry.Record.Number == 0)
            {
                continue;
            }

            ParsedRecord? extension = await source.FindAsync(item.Entry.Record.Number, cancellationToken);
            AttributePiece[] pieces = [.. extension?.Pieces.Where(item.IsOf) ?? []];
            if (pieces.Length != 1 || !IsMftContent(pieces[0]) || !TryAppend(pieces, extents))
            {
                return false;
            }
        }

        return true;
    }

    private StreamBytes? Fail(ulong lcn, string observed)
    {
        inspection.Findings.Add(FindingKind.MftUnreadable, 0, _geometry.OffsetOf(lcn), observed);
        return null;
    }
}
