using IscsiMount.Testing;

namespace IscsiMount.Initiator.Tests.Packaging;

/// <summary>The programs of <c>examples/</c>, as the build left them.</summary>
internal static class ExamplePrograms
{
    private static readonly string Output = AppContext.BaseDirectory.TrimEnd('/');

    /// <summary>The configuration that the tests were built in, and so everything else.</summary>
    public static string Configuration { get; } = Path.GetFileName(Path.GetDirectoryName(Output)!);

    public static Task<ToolResult> RunAsync(string name, params string[] arguments) =>
        ForeignTool.RunAsync(PathOf(name), arguments, new ToolOptions());

    public static ForeignProcess Start(string name, params string[] arguments) =>
        ForeignTool.Start(PathOf(name), arguments, new ToolOptions());

    public static string InRepository(string path)
    {
        string root = Output;
        while (!File.Exists(Path.Join(root, "IscsiMount.sln")))
        {
            root = Path.GetDirectoryName(root)!;
        }

        return Path.Join(root, path);
    }

    private static string PathOf(string name) =>
        InRepository(Path.Join("examples", name, "bin", Configuration, Path.GetFileName(Output), name));
}
