using IscsiMount.FileSystems.Ntfs.Verifier.Files;
using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;
using IscsiMount.FileSystems.Ntfs.Verifier.Records;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Volume;

/// <summary>Meets every record once, in the order of their numbers.</summary>
internal sealed class RecordSweep(Inspection inspection, StreamBytes mft, StreamBytes? bitmap)
{
    // LIMIT: one large read at a time; a whole number of records of every size.
    private const int ChunkLength = 1 << 20;

    private readonly RecordParser _parser = new(inspection, inspection.Findings);
    private readonly RecordSource _source = new(inspection, mft);
    private readonly FileAssembler _assembler = new(inspection, new(inspection, mft), inspection.Findings);
    private readonly FileInspector _files = new(inspection);
    private readonly ParsedRecord _record = new();
    private readonly HashSet<ulong> _unmarked = [];
    private ulong _firstMark;
    private int _markCount;

    public async Task RunAsync(IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        ulong size = (ulong)inspection.Geometry.RecordSize;
        ulong recordsInChunk = ChunkLength / size;
        byte[] chunk = new byte[Math.Min(ChunkLength, inspection.RecordCount * size)];
        byte[] marks = new byte[recordsInChunk / 8];
        for (ulong first = 0; first < inspection.RecordCount; first += recordsInChunk)
        {
            ulong count = Math.Min(recordsInChunk, inspection.RecordCount - first);
            await mft.ReadAsync(
                first * size, chunk.AsMemory(0, (int)(count * size)), isNear: false, cancellationToken);
            await ReadMarksAsync(first / 8, marks, cancellationToken);
            for (ulong i = 0; i < count; i++)
            {
                bool isMarked = (marks[i / 8] >> (int)(i % 8) & 1) != 0;
                await MeetAsync(first + i, chunk.AsMemory((int)(i * size), (int)size), isMarked, cancellationToken);
            }

            progress?.Report(new(VerificationPhase.Records, first + count, inspection.RecordCount));
        }

        await MeetUnmarkedAsync(cancellationToken);
        CheckExtensions();
    }

    // A bitmap that is too short was reported; the records behind it are taken as they are.
    private async ValueTask ReadMarksAsync(ulong offset, byte[] marks, CancellationToken cancellationToken)
    {
        ulong size = bitmap?.Size ?? 0;
        int length = (int)Math.Min((ulong)marks.Length, size - Math.Min(size, offset));
        if (length > 0)
        {
            await bitmap!.ReadAsync(offset, marks.AsMemory(0, length), isNear: true, cancellationToken);
        }

        _markCount = length;
        _firstMark = offset;
        marks.AsSpan(length).Clear();
    }

    private async ValueTask MeetAsync(
        ulong number, Memory<byte> bytes, bool isMarked, CancellationToken cancellationToken)
    {
        bool isMarkKnown = (number / 8) - _firstMark < (ulong)_markCount;
        _record.Number = number;
        _record.OffsetBytes = mft.PlaceOf(number * (ulong)bytes.Length) ?? 0;
        _parser.Parse(bytes, _record, isMarked || !isMarkKnown);
        switch (_record.Use)
        {
            case RecordUse.Damaged:
                inspection.Records[number].Flags |= RecordFlags.Damaged;
                inspection.HasUnknownOwners = true;
                break;
            case RecordUse.Free when isMarked && isMarkKnown:
                Add(FindingKind.RecordLeaked, "it is free, and taken in the bitmap");
                break;
            case RecordUse.InUse when _record.IsExtension:
                MeetExtension(isMarked || !isMarkKnown);
                break;
            case RecordUse.InUse when isMarked || !isMarkKnown:
                await InspectAsync(_record, cancellationToken);
                break;
            case RecordUse.InUse when inspection.Mode == VerificationMode.Crash:
                _unmarked.Add(number);
                break;
            case RecordUse.InUse:
                AddUnmarked();
                await InspectAsync(_record, cancellationToken);
                break;
            case RecordUse.Free:
                break;
        }
    }

    private void MeetExtension(bool isMarked)
    {
        ref RecordState state = ref inspection.Records[_record.Number];
        state.Flags |= RecordFlags.Extension;
        state.Parent = new Reference(_record.Header.BaseReference).Number;
        if (_record.Header.LinkCount != 0)
        {
            Add(FindingKind.ExtensionLinked, $"its link count is {_record.Header.LinkCount}");
        }

        if (!isMarked && inspection.Mode == VerificationMode.Clean)
        {
            AddUnmarked();
        }
        else if (!isMarked)
        {
            _unmarked.Add(_record.Number);
        }
    }

    // After a crash a record that neither the bitmap nor any name knows was never finished, and nobody will miss it.
    // Every file that is met may have an entry for another one.
    private async ValueTask MeetUnmarkedAsync(CancellationToken cancellationToken)
    {
        int before;
        do
        {
            before = _unmarked.Count;
            foreach (ulong number in _unmarked.Where(IsKnown).ToArray())
            {
                _unmarked.Remove(number);
                inspection.Findings.Add(
                    FindingKind.RecordMarkedFree, number, mft.PlaceOf(number * (ulong)inspection.Geometry.RecordSize),
                    "it is in use, and free in the bitmap");
                ParsedRecord? record = await _source.FindAsync(number, cancellationToken);
                if (record is { Use: RecordUse.InUse, IsExtension: false })
                {
                    await InspectAsync(record, cancellationToken);
                }
            }
        }
        while (_unmarked.Count < before);
    }

    private bool IsKnown(ulong number)
    {
        RecordState state = inspection.Records[number];
        return state.EntryCount > 0 || state.Is(RecordFlags.Claimed);
    }

    private void CheckExtensions()
    {
        foreach (ulong number in inspection.Records.Numbers(
            state => state.Is(RecordFlags.Extension) && !state.Is(RecordFlags.Claimed)))
        {
            ulong baseNumber = inspection.Records[number].Parent;
            bool isBaseUnknown = baseNumber < inspection.RecordCount
                && inspection.Records[baseNumber].Is(RecordFlags.Damaged);
            if (!isBaseUnknown)
            {
                inspection.HasUnknownOwners = true;
                inspection.Findings.Add(
                    FindingKind.ExtensionOrphan, number,
                    mft.PlaceOf(number * (ulong)inspection.Geometry.RecordSize),
                    $"record {baseNumber} does not know this extension");
            }
        }
    }

    private async ValueTask InspectAsync(ParsedRecord record, CancellationToken cancellationToken)
    {
        MftFile file = await _assembler.AssembleAsync(record, claims: true, cancellationToken);
        await _files.InspectAsync(file, cancellationToken);
    }

    private void AddUnmarked() => Add(FindingKind.RecordMarkedFree, "it is in use, and free in the bitmap");

    private void Add(FindingKind kind, string observed) =>
        inspection.Findings.Add(kind, _record.Number, _record.OffsetBytes, observed);
}
