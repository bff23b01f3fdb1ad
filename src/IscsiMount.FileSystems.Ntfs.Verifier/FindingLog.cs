namespace IscsiMount.FileSystems.Ntfs.Verifier;

/// <summary>Collects findings, up to a limit, and forgives what the mode forgives.</summary>
internal sealed class FindingLog(VerifierOptions options)
{
    private readonly List<Finding> _findings = [];

    /// <summary>A log that nobody reads: for structures that are read a second time.</summary>
    public static FindingLog Silent => new(new VerifierOptions { FindingsMax = 0 });

    public IReadOnlyList<Finding> Findings => _findings;

    public long Count { get; private set; }

    public long ForgivenCount { get; private set; }

    public void Add(FindingKind kind, ulong? record, long? offsetBytes, string observed)
    {
        if (options.Mode == VerificationMode.Crash && IsForgiven(kind))
        {
            ForgivenCount++;
            return;
        }

        Count++;
        if (_findings.Count < options.FindingsMax)
        {
            _findings.Add(new Finding { Kind = kind, Record = record, OffsetBytes = offsetBytes, Observed = observed });
        }
    }

    /// <summary>What a writer may leave behind that is cut off: nothing of it can cost content.</summary>
    private static bool IsForgiven(FindingKind kind) => kind is
        FindingKind.VolumeMarkedDirty
        or FindingKind.MirrorDiffers
        or FindingKind.ClusterLeaked
        or FindingKind.RecordLeaked
        or FindingKind.ExtensionOrphan
        or FindingKind.IndexBlockLeaked
        or FindingKind.EntryWithoutName
        or FindingKind.NameWithoutEntry
        or FindingKind.SecurityIdIndexMismatch
        or FindingKind.SecurityHashIndexMismatch
        or FindingKind.ReparseIndexMismatch
        or FindingKind.ObjectIdIndexMismatch;
}
