namespace IscsiMount.Testing;

/// <summary>What is mounted on this machine now.</summary>
public static class MountTable
{
    /// <summary>Whether something is mounted at a path without spaces.</summary>
    public static bool IsMounted(string folder) => Points().Contains(folder);

    /// <summary>All mount points below a folder.</summary>
    public static string[] Below(string folder)
    {
        return [.. Points().Where(point => point.StartsWith(folder + "/", StringComparison.Ordinal))];
    }

    private static IEnumerable<string> Points()
    {
        return File.ReadLines("/proc/self/mountinfo")
            .Select(line => line.Split(' ')[4].Replace("\\040", " ", StringComparison.Ordinal));
    }
}
