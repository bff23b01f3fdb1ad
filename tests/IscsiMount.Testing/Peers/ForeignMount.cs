namespace IscsiMount.Testing.Peers;

/// <summary>An image that ntfs-3g shows in a folder: our oracle for what is on a volume.</summary>
public sealed class ForeignMount : IAsyncDisposable
{
    private readonly ForeignProcess _driver;

    private ForeignMount(ForeignProcess driver, string folder)
    {
        _driver = driver;
        Folder = folder;
    }

    public string Folder { get; }

    /// <summary>Mounts an image that holds one volume and nothing else.</summary>
    public static async Task<ForeignMount> MountAsync(string image, string folder, string options)
    {
        ForeignProcess driver = ForeignTool.Start(
            "ntfs-3g", ["-o", $"no_detach,big_writes,{options}", image, folder]);
        var mount = new ForeignMount(driver, folder);
        await Eventually.HoldsAsync(() => driver.HasExited || MountTable.IsMounted(folder));
        if (driver.HasExited)
        {
            throw new IOException(driver.Report());
        }

        return mount;
    }

    /// <summary>Unmounts, and waits until the driver has written all and ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await ForeignTool.SucceedAsync("umount", Folder);
        await _driver.WaitForExitAsync(ForeignTool.DefaultLimit);
        await _driver.DisposeAsync();
    }
}
