using IscsiMount.Contracts;
using IscsiMount.Mounting.Fuse.Mounts;
using IscsiMount.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace IscsiMount.Mounting.Fuse.Tests;

/// <summary>A file system in memory that is really mounted, in a folder of its own.</summary>
internal sealed class FuseTestMount : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;

    private FuseTestMount(TemporaryFolder folder, MemoryFileSystem fileSystem, FuseMount mount)
    {
        _folder = folder;
        FileSystem = fileSystem;
        Mount = mount;
    }

    public MemoryFileSystem FileSystem { get; }

    public FuseMount Mount { get; }

    public string Path => Mount.Request.MountPoint;

    public static FuseMounter NewMounter(FuseOptions? options = null)
        => new(options ?? new FuseOptions(), TimeProvider.System, NullLogger<FuseMounter>.Instance);

    /// <summary>Builds a file system and mounts it.</summary>
    public static async Task<FuseTestMount> StartAsync(
        Action<MemoryFileSystem> build, Func<MountRequest, MountRequest>? change = null, FuseOptions? options = null)
    {
        var folder = new TemporaryFolder();
        var fileSystem = new MemoryFileSystem();
        build(fileSystem);
        var request = new MountRequest { MountPoint = folder.Join("mnt"), Source = "iscsimount#test" };
        FuseMount mount = await NewMounter(options)
            .StartAsync(change?.Invoke(request) ?? request, fileSystem, CancellationToken.None);
        return new FuseTestMount(folder, fileSystem, mount);
    }

    public string Join(params string[] names) => System.IO.Path.Join([Path, .. names]);

    public async ValueTask DisposeAsync()
    {
        await Mount.DisposeAsync();
        _folder.Dispose();
    }
}
