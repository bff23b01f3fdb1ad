using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace IscsiMount.Architecture.Tests;

public sealed partial class CitationTests
{
    private static readonly HashSet<string> Sections = Repository.List("docs/conformance/rfc7143-sections.txt");
    private static readonly HashSet<string> Requirements = Repository.List("docs/conformance/requirements.txt");

    [Fact]
    public void A_section_that_is_cited_exists()
    {
        Findings.MustBeEmpty(Repository.Texts.SelectMany(file => file.Lines
            .SelectMany(line => SectionCitation().Matches(line.Text)
                .Select(match => match.Groups[1].Value)
                .Where(section => !Sections.Contains(section))
                .Select(section => file.At(line.Number, $"cites RFC 7143 section {section}, which is on no list")))));
    }

    [Fact]
    public void A_section_is_cited_in_one_way()
    {
        Findings.MustBeEmpty(Repository.CSharp.SelectMany(file => file.Lines
            .Where(line => OtherCitation().IsMatch(line.Text))
            .Select(line => file.At(line.Number, $"cites otherwise than as 'RFC 7143 §11.8.4': {line.Text.Trim()}"))));
    }

    [Fact]
    public void What_a_test_proves_exists()
    {
        IEnumerable<string> requirements = Traits("Requirement")
            .Where(trait => !Requirements.Contains(trait.Value))
            .Select(trait => trait.File.At(trait.Place, $"proves requirement '{trait.Value}', which is on no list"));
        IEnumerable<string> sections = Traits("Rfc7143")
            .Where(trait => !Sections.Contains(trait.Value))
            .Select(trait => trait.File.At(trait.Place, $"proves section '{trait.Value}', which is on no list"));

        Findings.MustBeEmpty(requirements.Concat(sections));
    }

    private static IEnumerable<(SourceFile File, AttributeSyntax Place, string Value)> Traits(string attribute)
    {
        return Repository.Tests.SelectMany(file => file.Nodes<AttributeSyntax>()
            .Where(each => each.Name.ToString() == attribute)
            .SelectMany(each => each.ArgumentList!.Arguments
                .Select(argument => (file, each, argument.ToString().Trim('"')))));
    }

    [GeneratedRegex(@"RFC 7143 §(\d+(?:\.\d+)*)")]
    private static partial Regex SectionCitation();

    [GeneratedRegex(@"RFC ?7143,? (?:[Ss]ection|[Ss]ec\.|[Cc]hapter) ?\d|RFC[7]143")]
    private static partial Regex OtherCitation();
}
