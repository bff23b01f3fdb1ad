using IscsiMount.FileSystems.Ntfs.Verifier.Files;
using IscsiMount.FileSystems.Ntfs.Verifier.Indexes;
using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;
using IscsiMount.FileSystems.Ntfs.Verifier.Records;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Reconciliation;

/// <summary>
/// Tells why the names of some files and the entries of directories differ. On a sound volume no file differs, and
/// nothing is read again; otherwise all directories are walked once more, for the entries of those files alone.
/// </summary>
internal sealed class NameDiagnosis(Inspection inspection, RecordSource source)
{
    private readonly FileAssembler _assembler = new(inspection, source, FindingLog.Silent);
    private readonly StreamInspector _streams = new(inspection, FindingLog.Silent);
    private readonly IndexInspector _indexes = new(inspection);

    public async ValueTask RunAsync(IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        // LIMIT: what cannot be kept as a finding need not be understood; a round of them is as good as all.
        int filesMax = Math.Max(inspection.FindingsMax, 1);
        ulong[] suspects = [.. inspection.Records.Numbers(
            state => state.NameBalance != 0 && !state.Is(RecordFlags.Damaged)).Take(filesMax)];
        if (suspects.Length == 0)
        {
            return;
        }

        Dictionary<ulong, List<Sighting>> entries = suspects.ToDictionary(number => number, _ => new List<Sighting>());
        ulong[] directories = [.. inspection.Records.Numbers(
            state => state.Is(RecordFlags.Directory) && state.Is(RecordFlags.InUse))];
        for (int i = 0; i < directories.Length; i++)
        {
            await CollectAsync(directories[i], entries, cancellationToken);
            progress?.Report(new(VerificationPhase.Comparison, (ulong)i + 1, (ulong)directories.Length));
        }

        foreach (ulong number in suspects)
        {
            await ExplainAsync(number, entries[number], cancellationToken);
        }
    }

    private async ValueTask CollectAsync(
        ulong number, Dictionary<ulong, List<Sighting>> entries, CancellationToken cancellationToken)
    {
        if (await FindAsync(number, cancellationToken) is not { } directory)
        {
            return;
        }

        List<StreamImage> streams = [];
        foreach (Range range in directory.Streams())
        {
            (int first, int count) = range.GetOffsetAndLength(directory.Pieces.Count);
            streams.Add(_streams.Inspect([.. directory.Pieces.Skip(first).Take(count)], claims: false));
        }

        if (_indexes.FindNames(directory, streams) is { } index)
        {
            var rules = new CollectingRules(inspection, directory.Reference, entries);
            await new IndexWalker(inspection, index, rules, FindingLog.Silent).WalkAsync(cancellationToken);
        }
    }

    private async ValueTask<MftFile?> FindAsync(ulong number, CancellationToken cancellationToken)
    {
        return await source.FindAsync(number, cancellationToken) is { Use: RecordUse.InUse, IsExtension: false } record
            ? await _assembler.AssembleAsync(record, claims: false, cancellationToken)
            : null;
    }

    private async ValueTask ExplainAsync(ulong number, List<Sighting> entries, CancellationToken cancellationToken)
    {
        bool isKnown = inspection.Records[number].Is(RecordFlags.InUse);
        MftFile? file = isKnown ? await FindAsync(number, cancellationToken) : null;
        List<Sighting> names = [];
        foreach (AttributePiece piece in file?.Names ?? [])
        {
            if (FileNameValue.TryRead(piece.Value.Span, out FileNameValue name))
            {
                bool isDirectory = file!.Base.Header.IsDirectory;
                names.Add(Sighting.Of(name.Parent, file.Reference, name, isDirectory, piece.OffsetBytes));
            }
        }

        foreach (Sighting entry in entries)
        {
            int twin = names.FindIndex(name => name.IsSameAs(entry));
            if (twin >= 0)
            {
                names.RemoveAt(twin);
            }
            else
            {
                Report(entry, file, names);
            }
        }

        foreach (Sighting name in names.Where(name => !IsIndexUnknown(name.Directory.Number)))
        {
            inspection.Findings.Add(
                FindingKind.NameWithoutEntry, number, name.OffsetBytes,
                $"directory {name.Directory} has no entry '{name.Text}'");
        }
    }

    private void Report(Sighting entry, MftFile? file, List<Sighting> names)
    {
        string place = $"the entry '{entry.Text}' of directory {entry.Directory}";
        int relative = names.FindIndex(name => name.Directory == entry.Directory && name.Text == entry.Text);
        if (file is null || file.Reference != entry.File)
        {
            string state = file is null ? "is not in use" : $"is {file.Reference} now";
            Add(FindingKind.DanglingEntry, entry, $"{place} leads to {entry.File}, which {state}");
            names.RemoveAll(name => name.Directory == entry.Directory && name.Text == entry.Text);
        }
        else if (relative < 0)
        {
            Add(FindingKind.EntryWithoutName, entry, $"{place} leads to record {entry.File}, which has no such name");
        }
        else
        {
            bool isOtherNamespace = names[relative].Namespace != entry.Namespace;
            Add(
                isOtherNamespace ? FindingKind.EntryNamespaceDiffers : FindingKind.EntryTypeDiffers, entry,
                isOtherNamespace
                    ? $"{place} has namespace {entry.Namespace}, and the file says {names[relative].Namespace}"
                    : $"{place} says that record {entry.File} is {(entry.IsDirectory ? "a" : "no")} directory");
            names.RemoveAt(relative);
        }
    }

    // Whoever is not a directory that can be read to its end may have the entry or not.
    private bool IsIndexUnknown(ulong directory)
    {
        return directory < inspection.RecordCount
            && (inspection.Records[directory].Flags & (RecordFlags.Damaged | RecordFlags.IndexDamaged)) != 0;
    }

    private void Add(FindingKind kind, Sighting entry, string observed)
    {
        inspection.Findings.Add(kind, entry.Directory.Number, entry.OffsetBytes, observed);
    }

    /// <summary>A name, as a file or a directory has it.</summary>
    private sealed record Sighting(
        Reference Directory, Reference File, string Text, byte Namespace, bool IsDirectory, long OffsetBytes)
    {
        public static Sighting Of(
            Reference directory, Reference file, FileNameValue name, bool isDirectory, long offsetBytes)
        {
            return new(directory, file, Utf16.ToText(name.Name), name.Namespace, isDirectory, offsetBytes);
        }

        public bool IsSameAs(Sighting other) => this == (other with { OffsetBytes = OffsetBytes });
    }

    /// <summary>Keeps the entries that lead to certain files.</summary>
    private sealed class CollectingRules(
        Inspection inspection, Reference directory, Dictionary<ulong, List<Sighting>> entries) : IIndexRules
    {
        // LIMIT: entries of one file; more than that are as wrong as these.
        private const int EntriesMax = 4096;

        private readonly NameIndexRules _order = new(inspection, directory);

        public int? Compare(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => _order.Compare(first, second);

        public void Visit(IndexEntry entry)
        {
            Reference file = entry.Header.File;
            if (entries.TryGetValue(file.Number, out List<Sighting>? list)
                && list.Count < EntriesMax
                && FileNameValue.TryRead(entry.Key, out FileNameValue name))
            {
                list.Add(Sighting.Of(directory, file, name, name.IsDirectory, entry.OffsetBytes));
            }
        }
    }
}
