using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace IscsiMount.Architecture.Tests;

/// <summary>A ban that forgets one overload is none: the compiler picks the overload that was forgotten.</summary>
public sealed class BannedSymbolsTests
{
    // Overloads that stay with the scheduler and with the injected time, so they may be used.
    private static readonly Dictionary<string, string> Free = new()
    {
        ["M:System.Random.#ctor(System.Int32)"] = "chance from a seed can be replayed",
        ["M:System.Threading.SemaphoreSlim.WaitAsync"] = "continues where it was awaited",
        ["M:System.Threading.Tasks.Task.WaitAsync(System.Threading.CancellationToken)"] = "knows no time",
        ["M:System.Threading.Tasks.Task`1.WaitAsync(System.Threading.CancellationToken)"] = "knows no time",
        ["M:System.Threading.CancellationTokenSource.#ctor"] = "knows no time",
    };

    private static readonly CSharpCompilation Framework = CSharpCompilation.Create("banned", references:
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator).Select(file => MetadataReference.CreateFromFile(file)));

    private static readonly BaseNamespaceDeclarationSyntax[] Declarations =
        [.. Repository.Product.SelectMany(file => file.Nodes<BaseNamespaceDeclarationSyntax>())];

    private static readonly HashSet<string> NamespacesOfOurs = [.. Declarations.Select(each => $"N:{each.Name}")];

    private static readonly HashSet<string> TypesOfOurs = [.. Declarations.SelectMany(PublicTypesOf)];

    public static TheoryData<string> BanLists =>
        [.. Repository.Files.Select(file => file.Path)
            .Where(path => path.Contains("/BannedSymbols.", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(BanLists))]
    public void Each_line_bans_something_that_exists_and_says_what_to_do_instead(string path)
    {
        string[] findings = [.. Bans(path)
            .Where(ban => (Find(ban.Id) is null && !IsOfOurs(ban.Id)) || ban.Instead.Length == 0)
            .Select(ban => $"{path}: '{ban.Id}' is unknown or has no advice")];

        Assert.Empty(findings);
    }

    [Theory, MemberData(nameof(BanLists))]
    public void A_method_is_banned_with_all_its_overloads(string path)
    {
        HashSet<string> banned = [.. Bans(path).Select(ban => ban.Id)];
        string[] forgotten = [.. Bans(path)
            .Select(ban => (ban.Instead, Method: Find(ban.Id)))
            .Where(ban => ban.Method is IMethodSymbol)
            .SelectMany(ban => ban.Method!.ContainingType.GetMembers(ban.Method.Name).OfType<IMethodSymbol>()
                .Where(IsReachable)
                .Select(method => $"{method.GetDocumentationCommentId()};{ban.Instead}"))
            .Where(line => !banned.Contains(line.Split(';')[0]) && !Free.ContainsKey(line.Split(';')[0]))
            .Distinct()];

        Assert.True(forgotten.Length == 0, $"Add to {path}:\n{string.Join('\n', forgotten)}");
    }

    // Making and checking volumes is the command line's own work, so the whole namespace cannot be banned.
    [Theory]
    [InlineData("IscsiMount.FileSystems")]
    [InlineData("IscsiMount.FileSystems.Ntfs")]
    public void The_command_line_sees_no_type_of_the_engines_of_volumes(string project)
    {
        const string path = "src/IscsiMount.Cli/BannedSymbols.Layers.txt";
        HashSet<string> banned = [.. Bans(path).Select(ban => ban.Id)];
        string[] types = [.. Repository.Product.Where(file => file.IsIn($"src/{project}"))
            .SelectMany(file => file.Nodes<BaseNamespaceDeclarationSyntax>()).SelectMany(PublicTypesOf)];

        Assert.NotEmpty(types);
        Assert.Empty(types.Except(banned).Select(type => $"{path} lacks {type}"));
    }

    private static IEnumerable<(string Id, string Instead)> Bans(string path)
    {
        return Repository.Files.Single(file => file.Path == path).Lines
            .Where(line => line.Text.Length > 0)
            .Select(line => line.Text.Split(';', 2))
            .Select(parts => (parts[0], parts.ElementAtOrDefault(1) ?? ""));
    }

    // What a project sees and must not use: the layers that only its neighbour joins.
    private static bool IsOfOurs(string id) => NamespacesOfOurs.Contains(id) || TypesOfOurs.Contains(id);

    private static IEnumerable<string> PublicTypesOf(BaseNamespaceDeclarationSyntax declaration) =>
        from type in declaration.Members.OfType<BaseTypeDeclarationSyntax>()
        where type.Modifiers.Any(SyntaxKind.PublicKeyword)
        let count = (type as TypeDeclarationSyntax)?.TypeParameterList?.Parameters.Count
        select $"T:{declaration.Name}.{type.Identifier.Text}{(count is null ? "" : $"`{count}")}";

    private static ISymbol? Find(string id) => DocumentationCommentId.GetFirstSymbolForDeclarationId(id, Framework);

    // An overload that takes the time as an argument is what is asked for instead.
    private static bool IsReachable(IMethodSymbol method)
    {
        return method.DeclaredAccessibility == Accessibility.Public
            && !method.Parameters.Any(parameter => parameter.Type.Name == nameof(TimeProvider));
    }
}
