using System.Text.RegularExpressions;
using Xunit;

namespace IscsiMount.Architecture.Tests;

public sealed partial class DocumentTests
{
    private static readonly string[] DecisionHeadings =
        ["## Situation", "## Decision", "## Reasons", "## Costs", "## What would change our mind"];

    private static IEnumerable<SourceFile> Decisions => Repository.Documents.Where(file => file.IsIn("docs/adr"));

    [Fact]
    public void Each_link_leads_to_something()
    {
        Findings.MustBeEmpty(Repository.Documents.SelectMany(file => file.Lines
            .SelectMany(line => Link().Matches(line.Text)
                .Select(match => match.Groups[1].Value.Split('#')[0])
                .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
                .Where(target => !Path.Exists(Path.Combine(Repository.Root, Path.GetDirectoryName(file.Path)!, target)))
                .Select(target => file.At(line.Number, $"links to '{target}', which is not there")))));
    }

    [Fact]
    public void A_document_has_one_title()
    {
        Findings.MustBeEmpty(Repository.Documents
            .Where(file => ProseLines(file).Count(line => line.StartsWith("# ", StringComparison.Ordinal)) != 1)
            .Select(file => $"{file}: wants one title"));
    }

    [Fact]
    public void A_decision_that_is_cited_exists()
    {
        HashSet<string> numbers = [.. Decisions.Select(file => Path.GetFileName(file.Path)[..4])];
        Findings.MustBeEmpty(Repository.Texts.SelectMany(file => file.Lines
            .SelectMany(line => Citation().Matches(line.Text)
                .Select(match => match.Groups[1].Value)
                .Where(number => !numbers.Contains(number))
                .Select(number => file.At(line.Number, $"cites decision {number}, which is not in docs/adr")))));
    }

    [Fact]
    public void A_decision_has_its_five_headings_and_a_number_of_its_own()
    {
        Findings.MustBeEmpty(Decisions
            .Where(file => !ProseLines(file)
                .Where(line => line.StartsWith("## ", StringComparison.Ordinal)).SequenceEqual(DecisionHeadings))
            .Select(file => $"{file}: wants the headings {string.Join(", ", DecisionHeadings)}"));
        Assert.Distinct(Decisions.Select(file => Path.GetFileName(file.Path)[..4]));
    }

    [Fact]
    public void Each_package_has_its_reason()
    {
        string reasons = Repository.Files.Single(file => file.Path == "docs/adr/0010-packages.md").Text;
        Findings.MustBeEmpty(Repository.Files.Single(file => file.Path == "Directory.Packages.props").Lines
            .Select(line => Package().Match(line.Text).Groups[1].Value)
            .Where(package => package.Length > 0 && !reasons.Contains($"`{package}`", StringComparison.Ordinal))
            .Select(package => $"Directory.Packages.props: {package} has no reason in docs/adr/0010-packages.md"));
    }

    // What is between fences is an example, and a # in it is a comment.
    private static IEnumerable<string> ProseLines(SourceFile file)
    {
        bool isProse = true;
        foreach ((_, string text) in file.Lines)
        {
            isProse ^= text.StartsWith("```", StringComparison.Ordinal);
            if (isProse)
            {
                yield return text;
            }
        }
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?:ADR |adr/)(\d{4})")]
    private static partial Regex Citation();

    [GeneratedRegex("PackageVersion Include=\"([^\"]+)\"")]
    private static partial Regex Package();
}
