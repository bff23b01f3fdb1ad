using System.Collections.Concurrent;
using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Mounts;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Mounting.Fuse;

/// <summary>Mounts file systems on directories of Linux, read-only, through libfuse3. Safe for any thread.</summary>
public sealed class FuseMounter : IMounter
{
    private readonly FuseOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<FuseMounter> _logger;
    private readonly ConcurrentDictionary<FuseMount, string> _own = [];

    public FuseMounter(FuseOptions options, TimeProvider time, ILogger<FuseMounter> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        string[] problems = [.. options.Problems()];
        if (problems.Length > 0)
        {
            throw new ArgumentException(string.Join(' ', problems), nameof(options));
        }

        _options = options;
        _time = time;
        _logger = logger;
    }

    public async ValueTask<IMount> MountAsync(
        MountRequest request, IFileSystem fileSystem, CancellationToken cancellationToken)
        => await StartAsync(request, fileSystem, cancellationToken);

    public async ValueTask<bool> RemoveStaleAsync(string mountPoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mountPoint);
        if (MountTable.Find(MountPoint.Canonical(mountPoint)) is not { IsOurs: true } mount || IsOwn(mount))
        {
            return false;
        }

        bool isDead = await MountProbe.IsDeadAsync(mount.MountPoint, cancellationToken);
        if (isDead)
        {
            Unmounter.Detach(mount);
            _logger.StaleRemoved(mount.MountPoint);
        }

        return isDead;
    }

    internal async ValueTask<FuseMount> StartAsync(
        MountRequest request, IFileSystem fileSystem, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(fileSystem);
        FuseDriver.Demand(request);
        cancellationToken.ThrowIfCancellationRequested();

        MountPoint mountPoint = MountPoint.Prepare(request.MountPoint);
        FuseMount mount = FuseMount.Start(request, mountPoint, fileSystem, _options, _time, _logger);
        try
        {
            await mount.WaitUntilAnsweringAsync(cancellationToken);
            Remember(mount);
            return mount;
        }
        catch
        {
            await mount.DisposeAsync();
            throw;
        }
    }

    // A mount of this very process is never asked whether it answers: were the process killed just then, the one who
    // asks would wait for an answer from threads that are gone, and keep the process from ending.
    private bool IsOwn(MountEntry mount) => _own.Any(own => own.Value == mount.Device && !own.Key.Ended.IsCompleted);

    private void Remember(FuseMount mount)
    {
        foreach (FuseMount ended in _own.Keys.Where(own => own.Ended.IsCompleted))
        {
            _own.TryRemove(ended, out _);
        }

        _own.TryAdd(mount, mount.Device);
    }
}
