using System.Globalization;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace IscsiMount.Architecture.Tests;

/// <summary>Administrators find a log message by its number, so a number means one thing for ever.</summary>
public sealed class EventTests
{
    // First number of the thousand that belongs to a project.
    private static readonly Dictionary<string, int> Ranges = new()
    {
        ["IscsiMount.Initiator"] = 2000,
        ["IscsiMount.Target"] = 3000,
        ["IscsiMount.Transport"] = 4000,
        ["IscsiMount.FileSystems.Ntfs"] = 5000,
        ["IscsiMount.Mounting.Fuse"] = 6000,
        ["IscsiMount.Agent"] = 7000,
        ["IscsiMount.Cli"] = 8000,
    };

    [Fact]
    public void An_event_number_is_used_once()
    {
        Findings.MustBeEmpty(Events()
            .GroupBy(each => each.Number)
            .Where(same => same.Count() > 1)
            .SelectMany(same => same)
            .Select(each => each.File.At(each.Place, $"event {each.Number} is used more than once")));
    }

    [Fact]
    public void An_event_number_is_in_the_range_of_its_project()
    {
        Findings.MustBeEmpty(Events()
            .Where(each => !IsInRange(each.File.Path.Split('/')[1], each.Number))
            .Select(each => each.File.At(each.Place, $"event {each.Number} is not in the range of its project")));
    }

    [Fact]
    public void Each_event_is_explained_to_administrators()
    {
        string explained = Repository.Files.SingleOrDefault(file => file.Path == "docs/OPERATIONS.md")?.Text ?? "";
        Findings.MustBeEmpty(Events()
            .Where(each => !explained.Contains($"| {each.Number} |", StringComparison.Ordinal))
            .Select(each => each.File.At(each.Place, $"event {each.Number} has no row in docs/OPERATIONS.md")));
    }

    private static bool IsInRange(string project, int number)
    {
        return Ranges.TryGetValue(project, out int first) && number >= first && number < first + 1000;
    }

    private static IEnumerable<(SourceFile File, AttributeSyntax Place, int Number)> Events()
    {
        return Repository.Product.SelectMany(file => file.Nodes<AttributeSyntax>()
            .Where(attribute => attribute.Name.ToString() == "LoggerMessage")
            .Select(attribute => (file, attribute, Number(attribute))));
    }

    // LoggerMessage(2001, ...) or LoggerMessage(EventId = 2001, ...).
    private static int Number(AttributeSyntax attribute)
    {
        AttributeArgumentSyntax first = attribute.ArgumentList!.Arguments
            .FirstOrDefault(argument => argument.NameEquals?.Name.ToString() == "EventId")
            ?? attribute.ArgumentList.Arguments[0];
        return int.Parse(first.Expression.ToString(), CultureInfo.InvariantCulture);
    }
}
