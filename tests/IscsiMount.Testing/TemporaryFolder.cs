namespace IscsiMount.Testing;

/// <summary>A folder of a test's own, removed with all its content at the end.</summary>
/// <remarks>Its path is short, so that a Unix domain socket in it has an address of less than 108 bytes.</remarks>
public sealed class TemporaryFolder : IDisposable
{
    private const string MountTable = "/proc/self/mountinfo";

    public string Path { get; } = Directory.CreateTempSubdirectory("im-").FullName;

    /// <summary>The path of something in this folder.</summary>
    public string Join(params string[] names) => System.IO.Path.Join([Path, .. names]);

    /// <summary>Makes a folder in this folder.</summary>
    public string CreateFolder(params string[] names) => Directory.CreateDirectory(Join(names)).FullName;

    /// <exception cref="InvalidOperationException">
    /// Something is mounted in the folder. To delete now would be to delete what is on the mounted volume.
    /// </exception>
    public void Dispose()
    {
        string[] mounted = [.. MountPoints().Where(IsInside)];
        if (mounted.Length > 0)
        {
            throw new InvalidOperationException($"Still mounted, so not removed: {string.Join(", ", mounted)}");
        }

        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    public override string ToString() => Path;

    private bool IsInside(string mountPoint)
    {
        return mountPoint == Path || mountPoint.StartsWith(Path + "/", StringComparison.Ordinal);
    }

    // The fifth field of each line. The path of this folder has no character that the kernel would escape.
    private static IEnumerable<string> MountPoints()
    {
        return File.Exists(MountTable) ? File.ReadLines(MountTable).Select(line => line.Split(' ')[4]) : [];
    }
}
