namespace IscsiMount.Architecture.Tests;

/// <summary>The files that people wrote: all of the repository but what a build leaves in it.</summary>
internal static class Repository
{
    private static readonly HashSet<string> NotWritten =
        [".git", ".vs", ".idea", "bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts"];

    private static readonly HashSet<string> TextExtensions =
    [
        ".cs", ".csproj", ".props", ".targets", ".sln", ".md", ".txt", ".json", ".sh", ".ps1", ".yml", ".editorconfig",
    ];

    public static string Root { get; } = FindRoot();

    /// <summary>Every file, by its path from the root with forward slashes.</summary>
    public static IReadOnlyList<SourceFile> Files { get; } =
        [.. Walk(Root).Select(path => new SourceFile(Path.GetRelativePath(Root, path).Replace('\\', '/'))).OrderBy(
            file => file.Path, StringComparer.Ordinal)];

    public static IReadOnlyList<SourceFile> CSharp { get; } = [.. Files.Where(file => file.HasExtension(".cs"))];

    public static IEnumerable<SourceFile> Product => CSharp.Where(file => file.IsIn("src"));

    public static IEnumerable<SourceFile> Tests => CSharp.Where(file => file.IsIn("tests"));

    public static IEnumerable<SourceFile> Documents => Files.Where(file => file.HasExtension(".md"));

    /// <summary>The lines of a list in the repository.</summary>
    public static HashSet<string> List(string path)
    {
        return [.. Files.Single(file => file.Path == path).Lines.Select(line => line.Text)];
    }

    /// <summary>Everything that is read by people: code, documents, settings, scripts.</summary>
    public static IEnumerable<SourceFile> Texts =>
        Files.Where(file => TextExtensions.Contains(Path.GetExtension(file.Path)) || file.IsIn(".ci"));

    private static IEnumerable<string> Walk(string folder)
    {
        IEnumerable<string> below = Directory.GetDirectories(folder)
            .Where(each => !NotWritten.Contains(Path.GetFileName(each)))
            .SelectMany(Walk);
        return Directory.GetFiles(folder).Concat(below);
    }

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "IscsiMount.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
