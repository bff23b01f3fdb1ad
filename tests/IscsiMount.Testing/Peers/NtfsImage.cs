namespace IscsiMount.Testing.Peers;

/// <summary>What an NTFS volume looks like before anybody fills it.</summary>
public sealed record NtfsShape
{
    public required long SizeMebibytes { get; init; }

    public int ClusterSizeBytes { get; init; } = 4096;

    public int SectorSizeBytes { get; init; } = 512;

    public string Label { get; init; } = "SAMPLE";
}

/// <summary>An NTFS volume in an image file, made and filled by the drivers and tools of others.</summary>
public static class NtfsImage
{
    private static readonly TimeSpan FillLimit = TimeSpan.FromMinutes(5);

    /// <summary>Makes an empty volume in a sparse file.</summary>
    public static async Task MakeAsync(string file, NtfsShape shape)
    {
        using (FileStream image = File.Create(file))
        {
            image.SetLength(shape.SizeMebibytes << 20);
        }

        await ForeignTool.SucceedAsync(
            "mkntfs", "-F", "-Q", "-q", "-L", shape.Label, "-c", $"{shape.ClusterSizeBytes}",
            "-s", $"{shape.SectorSizeBytes}", "-p", "0", "-H", "255", "-S", "63", file);
    }

    /// <summary>Mounts the volume with ntfs-3g, fills it, and unmounts it in a clean state.</summary>
    /// <param name="file">The image.</param>
    /// <param name="fill">Is given the folder where the volume is mounted.</param>
    public static async Task FillAsync(string file, Action<string> fill)
    {
        using var folder = new TemporaryFolder();
        await using (ForeignMount mount = await ForeignMount.MountAsync(file, folder.CreateFolder("m"), "compression"))
        {
            Task filling = Task.Run(() => fill(mount.Folder));
            await filling.WaitAsync(FillLimit);
        }
    }
}
