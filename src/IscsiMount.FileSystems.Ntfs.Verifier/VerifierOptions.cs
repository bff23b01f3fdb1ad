namespace IscsiMount.FileSystems.Ntfs.Verifier;

/// <summary>How a volume is verified.</summary>
public sealed record VerifierOptions
{
    public VerificationMode Mode { get; init; }

    /// <summary>
    /// Findings that are kept, 1 to 1,000,000; the rest is counted. It bounds the memory that a ruined volume takes.
    /// </summary>
    public int FindingsMax { get; init; } = 1000;
}
