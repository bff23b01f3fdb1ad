using Xunit;

namespace IscsiMount.Initiator.Tests.Packaging;

/// <summary>The package's promise as it is recorded. A line that changes here is a promise that changes.</summary>
public sealed class PublicApiTests
{
    private const string RecordedName = "PublicApi.txt";

    [Fact]
    public void What_the_assembly_shows_is_what_is_recorded()
    {
        string recorded = Path.Join(AppContext.BaseDirectory, "Packaging", RecordedName);
        string found = Path.Join(AppContext.BaseDirectory, RecordedName);
        File.WriteAllLines(found, PublicSurface.Of(typeof(Session).Assembly));

        string[] before = File.ReadAllLines(recorded);
        string[] now = File.ReadAllLines(found);
        string[] changes =
        [
            .. before.Except(now).Select(line => $"- {line}"),
            .. now.Except(before).Select(line => $"+ {line}"),
        ];

        Assert.True(
            changes.Length == 0,
            $"""
            The public API has changed:
            {string.Join('\n', changes)}
            If that is meant: cp {found} tests/IscsiMount.Initiator.Tests/Packaging/{RecordedName}
            """);
    }
}
