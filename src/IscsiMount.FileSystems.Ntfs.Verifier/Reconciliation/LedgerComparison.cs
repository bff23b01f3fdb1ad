using IscsiMount.FileSystems.Ntfs.Verifier.Medium;
using IscsiMount.FileSystems.Ntfs.Verifier.Metadata;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Reconciliation;

/// <summary>What files say against what the indexes of $Extend and $Secure say of them.</summary>
internal static class LedgerComparison
{
    public static void Run(Inspection inspection)
    {
        Compare(inspection, inspection.ReparsePoints, FindingKind.ReparseIndexMismatch, "reparse point");
        Compare(inspection, inspection.ObjectIds, FindingKind.ObjectIdIndexMismatch, "object id");
        foreach ((ulong record, long offset, uint id) in inspection.UnknownSecurityIds)
        {
            // After a crash a file that no directory knows yet may be ahead of $Secure.
            bool isUnborn = inspection.Mode == VerificationMode.Crash && inspection.Records[record].EntryCount == 0;
            if (!isUnborn)
            {
                inspection.Findings.Add(
                    FindingKind.SecurityIdUnknown, record, offset, $"$Secure has no descriptor {id}");
            }
        }
    }

    private static void Compare(Inspection inspection, Ledger ledger, FindingKind kind, string what)
    {
        if (!ledger.HasIndex || ledger.IsIndexDamaged)
        {
            return;
        }

        foreach (ulong record in ledger.Unbalanced.Where(record => !IsDamaged(inspection, record)))
        {
            inspection.Findings.Add(kind, record, null, $"the file and the index do not have the same {what}");
        }
    }

    private static bool IsDamaged(Inspection inspection, ulong record)
    {
        return record < inspection.RecordCount && inspection.Records[record].Is(RecordFlags.Damaged);
    }
}
