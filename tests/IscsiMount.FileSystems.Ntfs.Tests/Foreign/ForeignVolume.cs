using IscsiMount.Testing;

namespace IscsiMount.FileSystems.Ntfs.Tests.Foreign;

/// <summary>How a volume is made by the tools of others.</summary>
internal sealed record VolumeRecipe
{
    public long SizeBytes { get; init; } = 64 * 1024 * 1024;

    public int SectorSize { get; init; } = 512;

    public int ClusterSize { get; init; } = 4096;

    public string Label { get; init; } = "Sample";

    /// <summary>A script of bash that fills the volume; it runs in its root.</summary>
    public string Script { get; init; } = "";
}

/// <summary>An NTFS volume in an image file, made by mkntfs and filled through ntfs-3g.</summary>
internal sealed class ForeignVolume : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private ForeignVolume()
    {
    }

    public string ImagePath => _folder.Join("volume.ntfs");

    public static async Task<ForeignVolume> CreateAsync(VolumeRecipe recipe)
    {
        var volume = new ForeignVolume();
        await using (FileStream image = File.Create(volume.ImagePath))
        {
            image.SetLength(recipe.SizeBytes);
        }

        await ForeignTool.SucceedAsync(
            "mkntfs", "-F", "-Q", "-q", "-L", recipe.Label, "-s", $"{recipe.SectorSize}", "-c", $"{recipe.ClusterSize}",
            "-p", "0", "-H", "255", "-S", "63", volume.ImagePath);
        if (recipe.Script.Length > 0)
        {
            await volume.MountAsync("compression", async folder =>
            {
                ToolResult result = await ForeignTool.RunAsync(
                    "bash", ["-e", "-u", "-o", "pipefail", "-s"],
                    new ToolOptions { WorkingFolder = folder, Input = recipe.Script });
                result.MustSucceed();
            });
        }

        return volume;
    }

    /// <summary>
    /// Mounts the volume through ntfs-3g while something is done with it, and waits until all is written.
    /// </summary>
    public async Task MountAsync(string options, Func<string, Task> use)
    {
        string folder = _folder.CreateFolder("mnt");
        await using ForeignProcess daemon =
            ForeignTool.Start("ntfs-3g", ["-o", $"no_detach,{options}", ImagePath, folder]);
        try
        {
            await Eventually.HoldsAsync(() => daemon.HasExited || IsMounted(folder));
            await use(folder);
        }
        finally
        {
            // ORDER: umount returns before the daemon has written everything; its end is the end of the writing.
            await ForeignTool.SucceedAsync("umount", folder);
            await daemon.WaitForExitAsync(ForeignTool.DefaultLimit);
        }
    }

    public ImageDevice Open(int blockLength = 512) => new(ImagePath, blockLength);

    public void Dispose() => _folder.Dispose();

    private static bool IsMounted(string folder) =>
        File.ReadLines("/proc/self/mountinfo").Any(line => line.Split(' ')[4] == folder);
}
