using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace IscsiMount.Architecture.Tests;

public sealed partial class WordingTests
{
    // Put together here, so that this file does not find itself.
    private static readonly string[] Postponed = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "XX" + "X"];

    private const string HomeRoot = "/ho" + "me/";

    // As tests and documents need it.
    private const string HomeOfNobody = $"{HomeRoot}me";

    [Fact]
    public void Nothing_is_put_off_in_a_comment()
    {
        Findings.MustBeEmpty(Repository.Texts.SelectMany(file => file.Lines
            .Where(line => Postponed.Any(word => Regex.IsMatch(line.Text, $@"\b{word}\b")))
            .Select(line => file.At(line.Number, "is either done now or a matter of the issue tracker"))));
    }

    [Fact]
    public void There_are_no_regions()
    {
        Findings.MustBeEmpty(Repository.CSharp.SelectMany(file => Trivia(file)
            .Where(trivia => trivia.IsKind(SyntaxKind.RegionDirectiveTrivia))
            .Select(trivia => file.At(trivia.Token.Parent!, "a region hides what wants to be a type"))));
    }

    [Fact]
    public void No_code_is_kept_in_comments()
    {
        Findings.MustBeEmpty(Repository.CSharp.SelectMany(file => Trivia(file)
            .Where(trivia => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia))
            .Where(trivia => CodeInComment().IsMatch(trivia.ToString()))
            .Select(trivia => file.At(
                file.Tree.GetLineSpan(trivia.Span).StartLinePosition.Line + 1, $"code in a comment: {trivia}"))));
    }

    [Fact]
    public void A_suppression_has_its_reason_on_its_line()
    {
        IEnumerable<string> pragmas = Repository.CSharp.SelectMany(file => file.Lines
            .Where(line => line.Text.TrimStart().StartsWith("#pragma warning disable", StringComparison.Ordinal))
            .Where(line => !line.Text.Contains("//", StringComparison.Ordinal))
            .Select(line => file.At(line.Number, "suppresses a warning without a reason behind // on the line")));
        IEnumerable<string> attributes = Repository.CSharp.SelectMany(file => file.Nodes<AttributeSyntax>()
            .Where(attribute => attribute.Name.ToString() is "SuppressMessage" or "UnconditionalSuppressMessage")
            .Where(attribute => !attribute.ToString().Contains("Justification", StringComparison.Ordinal))
            .Select(attribute => file.At(attribute, "suppresses a warning without a Justification")));

        Findings.MustBeEmpty(pragmas.Concat(attributes));
    }

    [Fact]
    public void Nothing_is_said_of_one_machine()
    {
        string[] roots = ["/wo" + "rk/", "/ro" + "ot/", HomeRoot, "C:\\Us" + "ers\\"];
        Findings.MustBeEmpty(Repository.Texts.SelectMany(file => file.Lines
            .Where(line => roots.Any(root => line.Text.Contains(root, StringComparison.Ordinal)))
            .Where(line => !line.Text.Contains(HomeOfNobody, StringComparison.Ordinal))
            .Select(line => file.At(line.Number, $"names a path of one machine: {line.Text.Trim()}"))));
    }

    private static IEnumerable<SyntaxTrivia> Trivia(SourceFile file)
    {
        return file.Tree.GetRoot().DescendantTrivia(descendIntoTrivia: true);
    }

    // A call, an assignment or a brace at the end of a comment. Drawings and tables end in other ways.
    [GeneratedRegex(
        @"^//\s*([\w.]+\(.*\);|(var|return|if|for|foreach|await|using)\b.*[;{]|[\w.]+\s*=\s*[^=].*;|[{}])\s*$")]
    private static partial Regex CodeInComment();
}
