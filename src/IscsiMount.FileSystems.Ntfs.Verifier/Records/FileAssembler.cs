using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Records;

/// <summary>Collects the attributes of a file from its base record and from all extension records.</summary>
/// <remarks>Findings about an extension record are made where the record itself is met, not here.</remarks>
internal sealed class FileAssembler(Inspection inspection, RecordSource source, FindingLog findings)
{
    private readonly StreamInspector _streams = new(inspection, findings);

    /// <summary>Puts the file together.</summary>
    /// <param name="record">A base record in use, or a damaged one, of which what is known is taken.</param>
    /// <param name="claims">Whether clusters of the attribute list are counted as those of the file.</param>
    /// <param name="cancellationToken">Ends the wait for the device.</param>
    public async ValueTask<MftFile> AssembleAsync(
        ParsedRecord record, bool claims, CancellationToken cancellationToken)
    {
        int list = record.Pieces.FindIndex(piece => piece.Type == AttributeTypes.AttributeList);
        if (list < 0)
        {
            return new MftFile
            {
                Base = record,
                Pieces = Sorted(record.Pieces),
                AttributeList = null,
                IsIncomplete = record.Use == RecordUse.Damaged,
            };
        }

        StreamImage stream = _streams.Inspect([record.Pieces[list]], claims);
        IReadOnlyList<ListItem>? items = await ReadListAsync(stream, cancellationToken);
        List<AttributePiece> pieces = [.. record.Pieces.Where((_, index) => index != list)];
        bool isWhole = items is not null && record.Use == RecordUse.InUse;
        foreach (Reference extension in Extensions(record, items ?? []))
        {
            isWhole &= await CollectAsync(record, extension, pieces, cancellationToken);
        }

        if (isWhole)
        {
            Compare(record, items!, pieces, stream.First);
        }

        return new MftFile
        {
            Base = record,
            Pieces = Sorted(pieces),
            AttributeList = stream,
            IsIncomplete = !isWhole,
        };
    }

    private async ValueTask<IReadOnlyList<ListItem>?> ReadListAsync(
        StreamImage stream, CancellationToken cancellationToken)
    {
        if (stream.IsBroken)
        {
            return null;
        }

        if (stream.Size > AttributeListReader.SizeMax)
        {
            findings.Add(
                FindingKind.AttributeListInvalid, stream.First.Record, stream.First.OffsetBytes,
                $"it has {stream.Size} bytes");
            return null;
        }

        byte[] content = new byte[stream.Size];
        await stream.Open(inspection.Reader).ReadAsync(0, content, isNear: true, cancellationToken);
        IReadOnlyList<ListItem> items = AttributeListReader.Read(content, inspection.UpCase, out string? problem);
        if (problem is not null)
        {
            findings.Add(
                FindingKind.AttributeListInvalid, stream.First.Record, stream.First.OffsetBytes, problem);
        }

        return AttributeListReader.IsFatal(problem) ? null : items;
    }

    private static IEnumerable<Reference> Extensions(ParsedRecord record, IReadOnlyList<ListItem> items)
    {
        return items.Select(item => item.Entry.Record).Where(each => each.Number != record.Number).Distinct();
    }

    private async ValueTask<bool> CollectAsync(
        ParsedRecord record, Reference extension, List<AttributePiece> pieces, CancellationToken cancellationToken)
    {
        ParsedRecord? found = await source.FindAsync(extension.Number, cancellationToken);
        if (found?.Use == RecordUse.Damaged)
        {
            Claim(extension.Number, record.Number);
            return false;
        }

        bool isOurs = found is { Use: RecordUse.InUse }
            && found.Reference == extension
            && found.Header.BaseReference == record.Reference.Value;
        if (!isOurs)
        {
            findings.Add(
                FindingKind.AttributeListMismatch, record.Number, record.OffsetBytes,
                $"the list names record {extension}, which is no extension of this one");
            return false;
        }

        Claim(extension.Number, record.Number);
        pieces.AddRange(found!.Pieces);
        return true;
    }

    private void Claim(ulong extension, ulong record)
    {
        if (extension < inspection.RecordCount)
        {
            inspection.Records[extension].Flags |= RecordFlags.Claimed;
            inspection.Records[extension].Parent = record;
        }
    }

    private void Compare(
        ParsedRecord record, IReadOnlyList<ListItem> items, List<AttributePiece> pieces, AttributePiece list)
    {
        HashSet<(ulong Record, ushort Instance)> known = [];
        foreach (ListItem item in items)
        {
            ListEntry entry = item.Entry;
            bool exists = known.Add((entry.Record.Number, entry.Instance)) && pieces.Exists(item.IsOf);
            if (!exists)
            {
                findings.Add(
                    FindingKind.AttributeListMismatch, record.Number, list.OffsetBytes,
                    $"it names attribute {entry.Type:X}h with instance {entry.Instance} in record "
                    + $"{entry.Record.Number}, which is not there");
            }
        }

        AttributePiece[] forgotten =
            [.. pieces.Where(piece => !known.Contains((piece.Record, piece.Header.Instance)))];
        foreach (AttributePiece piece in forgotten)
        {
            findings.Add(
                FindingKind.AttributeListMismatch, record.Number, piece.OffsetBytes,
                $"attribute {piece.Type:X}h in record {piece.Record} is not in the list");
        }
    }

    private List<AttributePiece> Sorted(List<AttributePiece> pieces)
    {
        for (int i = 1; i < pieces.Count; i++)
        {
            if (AttributeOrder.Compare(pieces[i - 1], pieces[i], inspection.UpCase) > 0)
            {
                return [.. pieces.Order(Comparer<AttributePiece>.Create(
                    (one, other) => AttributeOrder.Compare(one, other, inspection.UpCase)))];
            }
        }

        return pieces;
    }
}
