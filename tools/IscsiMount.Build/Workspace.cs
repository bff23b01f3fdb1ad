namespace IscsiMount.Build;

/// <summary>Where things are. All paths are absolute.</summary>
internal static class Workspace
{
    public static string Root { get; } = FindRoot();

    public static string Solution => Join("IscsiMount.sln");

    /// <summary>What the tasks make. Nobody keeps anything here.</summary>
    public static string Artifacts => Join("artifacts");

    /// <summary>The runnable program, after <c>publish</c>.</summary>
    public static string PublishedFolder => Path.Join(Artifacts, "iscsimount");

    public static string Join(params string[] names) => Path.Join([Root, .. names]);

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Join(folder, "IscsiMount.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new BuildFailedException("IscsiMount.sln is not above this tool.");
    }
}
