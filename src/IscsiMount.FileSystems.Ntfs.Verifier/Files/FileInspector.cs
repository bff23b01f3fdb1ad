using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;
using IscsiMount.FileSystems.Ntfs.Verifier.Records;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Files;

/// <summary>Checks one file with all that belongs to it, and books what must be compared later.</summary>
internal sealed class FileInspector(Inspection inspection)
{
    private const ulong FirstNamedRecord = 24;

    private readonly StreamInspector _streams = new(inspection, inspection.Findings);
    private readonly NameInspector _names = new(inspection);
    private readonly AttributeInspector _attributes = new(inspection);
    private readonly IndexInspector _indexes = new(inspection);

    public async ValueTask InspectAsync(MftFile file, CancellationToken cancellationToken)
    {
        Book(file);
        List<StreamImage> streams = [];
        foreach (Range range in file.Streams())
        {
            (int first, int count) = range.GetOffsetAndLength(file.Pieces.Count);
            if (file.Pieces[first].Type == AttributeTypes.FileName)
            {
                _names.CheckForm(file.Pieces[first]);
                continue;
            }

            StreamImage stream = _streams.Inspect([.. file.Pieces.Skip(first).Take(count)], claims: true);
            CheckUnique(streams, stream);
            streams.Add(stream);
            inspection.HasUnknownOwners |= stream.IsBroken;
        }

        _names.Inspect(file);
        _attributes.Inspect(file);
        await _attributes.InspectContentAsync(file, streams, cancellationToken);
        await _indexes.InspectAsync(file, streams, cancellationToken);
    }

    private void Book(MftFile file)
    {
        ref RecordState state = ref inspection.Records[file.Number];
        state.Sequence = file.Base.Header.Sequence;
        state.Flags |= RecordFlags.InUse;
        inspection.RecordsInUse++;
        if (file.Base.Header.IsDirectory)
        {
            state.Flags |= RecordFlags.Directory;
            inspection.Directories++;
        }

        if (file.IsIncomplete)
        {
            state.Flags |= RecordFlags.Damaged;
            inspection.HasUnknownOwners = true;
        }
        else if (file.Number >= FirstNamedRecord && !file.Names.Any())
        {
            inspection.Findings.Add(FindingKind.FileWithoutName, file.Number, file.OffsetBytes, "it has no name");
        }
    }

    private void CheckUnique(List<StreamImage> streams, StreamImage stream)
    {
        if (streams.Count > 0 && streams[^1].First.IsOfStream(stream.First))
        {
            inspection.Findings.Add(
                FindingKind.AttributeForm, stream.First.Record, stream.First.OffsetBytes,
                $"attribute {stream.Type:X}h is there twice");
        }
    }
}
