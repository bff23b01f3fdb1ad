using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Reconciliation;

/// <summary>Follows every directory up to the root. Each is passed once, so that it takes time for each once.</summary>
internal static class DirectoryPaths
{
    private const ulong Root = 5;

    public static void Check(Inspection inspection)
    {
        List<ulong> path = [];
        HashSet<ulong> onPath = [];
        foreach (ulong number in inspection.Records.Numbers(state => state.Is(RecordFlags.Directory)))
        {
            ulong current = number;
            while (IsUnpassed(inspection, current) && onPath.Add(current))
            {
                path.Add(current);
                current = inspection.Records[current].Parent;
            }

            if (onPath.Contains(current))
            {
                inspection.Findings.Add(
                    FindingKind.DirectoryCycle, current, null, "its way to the root comes back to it");
            }

            foreach (ulong each in path)
            {
                inspection.Records[each].Flags |= RecordFlags.Reachable;
            }

            path.Clear();
            onPath.Clear();
        }
    }

    // What is no directory ends the way too; its missing entry is reported with the names.
    private static bool IsUnpassed(Inspection inspection, ulong number)
    {
        return number != Root
            && number < inspection.RecordCount
            && inspection.Records[number].Is(RecordFlags.Directory)
            && !inspection.Records[number].Is(RecordFlags.Reachable);
    }
}
