using System.Globalization;
using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace IscsiMount.Testing;

/// <summary>Gives a theory the seeds 0 to count - 1, one a row.</summary>
/// <remarks>
/// The environment variable <c>ISCSIMOUNT_SEED</c> replaces them all by one seed, to replay a failure or to try a seed
/// from a long run.
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SeedsAttribute(int count) : DataAttribute
{
    /// <summary>The name of the environment variable that holds the one seed to run.</summary>
    public const string ReplayVariable = "ISCSIMOUNT_SEED";

    public int Count { get; } = count;

    /// <summary>The seeds of a run.</summary>
    /// <param name="count">How many there are without a replay.</param>
    /// <param name="replay">The seed to run instead, as text, or nothing.</param>
    public static IReadOnlyList<int> Choose(int count, string? replay)
    {
        return string.IsNullOrEmpty(replay)
            ? [.. Enumerable.Range(0, count)]
            : [int.Parse(replay, CultureInfo.InvariantCulture)];
    }

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(
        MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        IReadOnlyList<int> seeds = Choose(Count, Environment.GetEnvironmentVariable(ReplayVariable));
        return new([.. seeds.Select(seed => new TheoryDataRow<int>(seed))]);
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}
