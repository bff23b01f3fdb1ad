using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Indexes;

/// <summary>What a file says of a name, and a directory of an entry: the same if both are right.</summary>
internal static class NameDigest
{
    // Spreads the few values over bits that references of near-by files do not differ in.
    private const ulong Kind = 0x0101_0101_0100_0000;

    public static ulong Of(Reference directory, Reference file, FileNameValue name, bool isDirectory)
    {
        ulong kind = unchecked((((ulong)name.Namespace << 1) | (isDirectory ? 1UL : 0)) * Kind);
        return Digest.Of(name.Name, directory.Value ^ kind, file.Value);
    }
}
