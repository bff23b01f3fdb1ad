using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Records;

/// <summary>
/// The form of compressed streams: a whole number of units of 16 clusters, in each of which real clusters come first
/// and a hole behind them.
/// </summary>
internal static class CompressionUnits
{
    private const int Exponent = 4;
    private const ulong Clusters = 1 << Exponent;

    /// <returns>What is wrong, or nothing.</returns>
    public static string? ProblemOf(int exponent, Extents extents)
    {
        if (exponent != Exponent)
        {
            return $"a unit has 2^{exponent} clusters";
        }

        if (extents.ClusterCount % Clusters != 0)
        {
            return $"{extents.ClusterCount} clusters are no whole number of units";
        }

        Extent before = default;
        foreach (Extent run in extents.Runs)
        {
            bool startsInUnit = run.Vcn % Clusters != 0;
            if (startsInUnit && before.Lcn is null && run.Lcn is not null)
            {
                return $"in the unit of cluster {run.Vcn} a hole comes before content";
            }

            before = run;
        }

        return null;
    }
}
