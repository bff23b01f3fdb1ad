using IscsiMount.FileSystems.Ntfs.Verifier.Indexes;
using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Records;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Metadata;

/// <summary>$SII and $SDH, which both repeat the heads of all entries of $SDS.</summary>
internal static class SecurityIndexes
{
    public const ulong Record = 9;

    private const string IdIndex = "$SII";
    private const string HashIndex = "$SDH";

    public static ViewIndex Find(Inspection inspection, AttributePiece root, string name)
    {
        if (name is not (IdIndex or HashIndex) || inspection.Security is not { IsIncomplete: false } security)
        {
            return ViewIndex.None;
        }

        FindingKind kind = name == IdIndex
            ? FindingKind.SecurityIdIndexMismatch
            : FindingKind.SecurityHashIndexMismatch;
        int known = 0;
        return new ViewIndex(
            entry =>
            {
                bool isKnown = IsOfEntry(entry, security, name == IdIndex);
                known += isKnown ? 1 : 0;
                if (!isKnown)
                {
                    inspection.Findings.Add(kind, Record, entry.OffsetBytes, $"an entry of {name} is not in $SDS");
                }
            },
            isDamaged =>
            {
                if (!isDamaged && known < security.Count)
                {
                    inspection.Findings.Add(
                        kind, Record, root.OffsetBytes,
                        $"{name} has {known} of the {security.Count} descriptors of $SDS");
                }
            });
    }

    private static bool IsOfEntry(IndexEntry entry, SecurityDescriptors security, bool isById)
    {
        ReadOnlySpan<byte> key = entry.Key;
        ReadOnlySpan<byte> value = entry.Value;
        if (value.Length < SecurityEntry.Length || key.Length != (isById ? 4 : 8))
        {
            return false;
        }

        var header = SecurityEntry.Read(value);
        bool isOwnKey = isById
            ? ReadUInt32LittleEndian(key) == header.Id
            : ReadUInt32LittleEndian(key) == header.Hash && ReadUInt32LittleEndian(key[4..]) == header.Id;
        return isOwnKey && security.Has(header);
    }
}
