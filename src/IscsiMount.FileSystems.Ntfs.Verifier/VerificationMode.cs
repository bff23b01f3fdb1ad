namespace IscsiMount.FileSystems.Ntfs.Verifier;

/// <summary>What a volume owes us at the moment of the verification.</summary>
public enum VerificationMode
{
    /// <summary>It was unmounted in order, so every rule holds.</summary>
    Clean,

    /// <summary>
    /// Its writer was cut off at any moment. Space that nobody owns, and names that only one side knows, may be left
    /// behind. Whatever could cost content later may not.
    /// </summary>
    Crash,
}
