using Xunit;

namespace IscsiMount.Architecture.Tests;

/// <summary>What a rule found. Each finding begins with its file and line.</summary>
internal static class Findings
{
    public static void MustBeEmpty(IEnumerable<string> findings)
    {
        string[] all = [.. findings];
        Assert.True(all.Length == 0, $"{all.Length} found:\n{string.Join('\n', all)}");
    }
}
