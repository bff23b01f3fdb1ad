namespace IscsiMount.FileSystems.Ntfs.Verifier;

/// <summary>What a verification does at the moment.</summary>
public enum VerificationPhase
{
    /// <summary>The few structures from which all others are found.</summary>
    Start,

    /// <summary>All file records in the order of their numbers.</summary>
    Records,

    /// <summary>What the records said, against the bitmaps and the indexes.</summary>
    Comparison,
}

/// <summary>How far a verification is.</summary>
/// <param name="Phase">What it does.</param>
/// <param name="Done">Units of the phase that are behind it.</param>
/// <param name="Total">All units of the phase, at least one.</param>
public readonly record struct VerificationProgress(VerificationPhase Phase, ulong Done, ulong Total);
