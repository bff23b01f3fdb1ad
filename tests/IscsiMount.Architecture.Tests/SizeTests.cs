using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace IscsiMount.Architecture.Tests;

/// <summary>What does not fit on a page is not understood. The limits are those of docs/CONTRIBUTING.md.</summary>
public sealed class SizeTests
{
    private const int ProductFileLinesMax = 400;
    private const int TestFileLinesMax = 600;
    private const int MethodLinesMax = 60;
    private const int ParametersMax = 6;
    private const int ColumnsMax = 120;
    private const int NestingMax = 3;

    // May shrink and not grow. Each has its reason.
    private static readonly Dictionary<string, string> LongFor = [];

    [Fact]
    public void Files_are_short()
    {
        Findings.MustBeEmpty(Repository.CSharp
            .Select(file => (File: file, Count: file.Lines.Count(), Max: FileLinesMax(file)))
            .Where(found => found.Count > found.Max && !LongFor.ContainsKey(found.File.Path))
            .Select(found => $"{found.File}: has {found.Count} lines of {found.Max}: give a concern its own type"));
    }

    [Fact]
    public void Lines_are_short()
    {
        Findings.MustBeEmpty(Repository.CSharp.SelectMany(file => file.Lines
            .Where(line => line.Text.Length > ColumnsMax)
            .Select(line => file.At(line.Number, $"has {line.Text.Length} columns of {ColumnsMax}"))));
    }

    [Fact]
    public void Methods_are_short()
    {
        Findings.MustBeEmpty(Repository.CSharp.SelectMany(file => Bodies(file)
            .Select(body => (Body: body, Count: LineCount(file, body)))
            .Where(found => found.Count > MethodLinesMax)
            .Select(found => file.At(
                found.Body, $"has {found.Count} lines of {MethodLinesMax}: give a step its name"))));
    }

    [Fact]
    public void Parameters_are_few()
    {
        Findings.MustBeEmpty(Repository.CSharp.SelectMany(file => file.Nodes<ParameterListSyntax>()
            .Where(list => list.Parameters.Count > ParametersMax && !IsGivenFromOutside(list))
            .Select(list => file.At(
                list, $"has {list.Parameters.Count} parameters of {ParametersMax}: take a record"))));
    }

    [Fact]
    public void Nesting_is_shallow()
    {
        Findings.MustBeEmpty(Repository.CSharp.SelectMany(file => file.Nodes<StatementSyntax>()
            .Where(statement => OpensLevel(statement) && Depth(statement) > NestingMax)
            .Select(statement => file.At(
                statement, $"lies {Depth(statement)} levels deep of {NestingMax}: return early, or name a part"))));
    }

    private static int FileLinesMax(SourceFile file) => file.IsIn("tests") ? TestFileLinesMax : ProductFileLinesMax;

    private static IEnumerable<SyntaxNode> Bodies(SourceFile file)
    {
        return file.Nodes<BaseMethodDeclarationSyntax>().Cast<SyntaxNode>()
            .Concat(file.Nodes<LocalFunctionStatementSyntax>())
            .Concat(file.Nodes<AccessorDeclarationSyntax>());
    }

    private static int LineCount(SourceFile file, SyntaxNode body)
    {
        FileLinePositionSpan span = file.Tree.GetLineSpan(body.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    // A record is the cure, a kernel chooses its own parameters, and a log message has as many as it has gaps to fill.
    private static bool IsGivenFromOutside(ParameterListSyntax list)
    {
        return list.Parent is RecordDeclarationSyntax
            || list.Parent is MemberDeclarationSyntax member
            && member.AttributeLists.SelectMany(each => each.Attributes).Any(IsOfForeignMethod);
    }

    private static bool IsOfForeignMethod(AttributeSyntax attribute)
    {
        return attribute.Name.ToString() is "LibraryImport" or "DllImport" or "UnmanagedCallersOnly" or "LoggerMessage";
    }

    // Decisions and loops. What only surrounds them, as a lock does, is not one more thing to keep in mind.
    private static bool OpensLevel(StatementSyntax statement)
    {
        return statement is IfStatementSyntax { Parent: not ElseClauseSyntax }
            or CommonForEachStatementSyntax or ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax
            or SwitchStatementSyntax;
    }

    private static int Depth(StatementSyntax statement)
    {
        return statement.AncestorsAndSelf()
            .TakeWhile(node => node is not (
                MemberDeclarationSyntax or LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax))
            .OfType<StatementSyntax>()
            .Count(OpensLevel);
    }
}
