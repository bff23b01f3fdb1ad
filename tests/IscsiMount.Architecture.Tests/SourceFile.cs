using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace IscsiMount.Architecture.Tests;

/// <summary>One file of the repository as text, as lines and as syntax.</summary>
internal sealed class SourceFile(string path)
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.CSharp14, DocumentationMode.Parse);

    private readonly Lazy<string> _text = new(() => File.ReadAllText(System.IO.Path.Combine(Repository.Root, path)));
    private readonly Lazy<SyntaxTree> _tree = new(
        () => CSharpSyntaxTree.ParseText(File.ReadAllText(System.IO.Path.Combine(Repository.Root, path)), Options));

    /// <summary>From the root of the repository, with forward slashes.</summary>
    public string Path { get; } = path;

    public string Text => _text.Value;

    public SyntaxTree Tree => _tree.Value;

    /// <summary>Each line with its number, counted from one.</summary>
    public IEnumerable<(int Number, string Text)> Lines =>
        Text.TrimEnd('\n').Split('\n').Select((line, index) => (index + 1, line.TrimEnd('\r')));

    public bool IsIn(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);

    public bool HasExtension(string extension) => Path.EndsWith(extension, StringComparison.Ordinal);

    /// <summary>All syntax nodes of one kind.</summary>
    public IEnumerable<T> Nodes<T>()
        where T : SyntaxNode
    {
        return Tree.GetRoot().DescendantNodes().OfType<T>();
    }

    /// <summary>A finding at a line of this file, in the form that editors and terminals make a link of.</summary>
    public string At(int line, string finding) => $"{Path}:{line}: {finding}";

    /// <summary>A finding at a place in the syntax of this file.</summary>
    public string At(SyntaxNode node, string finding)
    {
        LinePosition start = Tree.GetLineSpan(node.Span).StartLinePosition;
        return At(start.Line + 1, finding);
    }

    public override string ToString() => Path;
}
