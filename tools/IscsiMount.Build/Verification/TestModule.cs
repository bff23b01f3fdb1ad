namespace IscsiMount.Build.Verification;

/// <summary>One test project, which is a program by itself.</summary>
internal sealed record TestModule(string Name)
{
    // These measure speed or start daemons of their own, and share the machine with no other tests.
    private static readonly HashSet<string> Lonely = ["IscsiMount.Mounted.Tests"];

    public bool RunsAlone => Lonely.Contains(Name);

    public string Project => Workspace.Join("tests", Name, $"{Name}.csproj");

    /// <summary>The program. Some tests start it once more, as a peer of their own.</summary>
    public string Program => Workspace.Join(
        "tests", Name, "bin", "Release", "net10.0", OperatingSystem.IsWindows() ? $"{Name}.exe" : Name);

    /// <summary>The projects with tests whose name contains a text, or all of them.</summary>
    public static IReadOnlyList<TestModule> Find(string? nameContains)
    {
        TestModule[] modules = [.. Directory.GetDirectories(Workspace.Join("tests"), "*.Tests")
            .Select(folder => new TestModule(Path.GetFileName(folder)))
            .Where(module => File.Exists(module.Project))
            .Where(module => module.Name.Contains(nameContains ?? "", StringComparison.OrdinalIgnoreCase))
            .OrderBy(module => module.Name, StringComparer.Ordinal)];
        return modules.Length > 0
            ? modules
            : throw new BuildFailedException(
                $"No test project has '{nameContains}' in its name.", BuildFailedException.WrongUsage);
    }
}
