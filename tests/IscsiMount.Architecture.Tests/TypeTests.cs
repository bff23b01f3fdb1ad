using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace IscsiMount.Architecture.Tests;

public sealed class TypeTests
{
    private static readonly string[] EmptyWords =
        ["Manager", "Helper", "Helpers", "Processor", "Data", "Info", "Impl", "Utils", "Utility", "Common"];

    // Names from a standard or a kernel are spelt as there.
    private static readonly Dictionary<string, string> NamesOfOthers = new()
    {
        ["InquiryData"] = "standard INQUIRY data, SPC",
        ["SenseData"] = "sense data, SPC",
        ["OpenFileInfo"] = "fuse_file_info, libfuse",
        ["StartupInfo"] = "STARTUPINFO, Windows",
    };

    [Fact]
    public void Each_public_type_says_in_one_line_what_it_is()
    {
        Findings.MustBeEmpty(Repository.CSharp.SelectMany(file => PublicTypes(file)
            .Where(type => !HasSummary(type) && !IsTestClass(file, type))
            .Select(type => file.At(type, $"'{Name(type)}' has no summary"))));
    }

    [Fact]
    public void A_file_has_the_name_of_its_public_type()
    {
        Findings.MustBeEmpty(Repository.CSharp
            .Where(file => !file.IsIn("tests"))
            .Select(file => (File: file, Types: OuterPublicTypes(file)))
            .Where(found => found.Types.Length > 0)
            .Where(found => !found.Types.Contains(Path.GetFileName(found.File.Path).Split('.')[0]))
            .Select(found => $"{found.File}: holds {string.Join(", ", found.Types)} and is named as none of them"));
    }

    [Fact]
    public void A_namespace_is_its_folder()
    {
        Findings.MustBeEmpty(Repository.CSharp.SelectMany(file => file.Nodes<BaseNamespaceDeclarationSyntax>()
            .Where(declaration => declaration.Name.ToString() != NamespaceOf(file))
            .Select(declaration => file.At(declaration, $"lies in the folder of {NamespaceOf(file)}"))));
    }

    [Fact]
    public void A_type_has_a_name_that_says_something()
    {
        Findings.MustBeEmpty(Repository.CSharp.SelectMany(file => file.Nodes<BaseTypeDeclarationSyntax>()
            .Where(type => EmptyWords.Any(word => Name(type).EndsWith(word, StringComparison.Ordinal)))
            .Where(type => !NamesOfOthers.ContainsKey(Name(type)))
            .Select(type => file.At(type, $"'{Name(type)}' says how it was felt and not what it is"))));
    }

    private static IEnumerable<MemberDeclarationSyntax> PublicTypes(SourceFile file)
    {
        return file.Nodes<MemberDeclarationSyntax>()
            .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
            .Where(type => type.AncestorsAndSelf().OfType<MemberDeclarationSyntax>()
                .Where(each => each is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
                .All(each => each.Modifiers.Any(SyntaxKind.PublicKeyword)))
            .Where(type => type.Parent is not BaseTypeDeclarationSyntax);
    }

    private static string[] OuterPublicTypes(SourceFile file) => [.. PublicTypes(file).Select(Name)];

    private static string Name(MemberDeclarationSyntax type) => type switch
    {
        DelegateDeclarationSyntax declaration => declaration.Identifier.Text,
        BaseTypeDeclarationSyntax declaration => declaration.Identifier.Text,
        _ => "",
    };

    private static bool HasSummary(MemberDeclarationSyntax type)
    {
        return type.GetLeadingTrivia()
            .Select(trivia => trivia.GetStructure())
            .OfType<DocumentationCommentTriviaSyntax>()
            .Any(comment => comment.ToString().Contains("<summary>", StringComparison.Ordinal)
                || comment.ToString().Contains("<inheritdoc", StringComparison.Ordinal));
    }

    // The name of a test class is what it tests, and its methods are sentences.
    private static bool IsTestClass(SourceFile file, MemberDeclarationSyntax type)
    {
        return file.IsIn("tests") && Name(type).EndsWith("Tests", StringComparison.Ordinal);
    }

    private static string NamespaceOf(SourceFile file)
    {
        return string.Join('.', Path.GetDirectoryName(file.Path)!.Replace('\\', '/').Split('/').Skip(1));
    }
}
