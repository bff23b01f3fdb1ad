using System.Collections.Concurrent;
using IscsiMount.FileSystems.Ntfs.Verifier;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Writing;

/// <summary>A volume in memory that is open for writing, with all that its writing is judged by.</summary>
internal sealed class WriteStage
{
    private static readonly ConcurrentDictionary<(int Mebibytes, int ClusterSize), Lazy<Task<byte[]>>> Templates =
        new();

    public WriteStage(byte[] image, MemoryOfMounts? memory = null)
    {
        Device = new TraceDevice(image);
        Memory = memory ?? new MemoryOfMounts();
    }

    public TraceDevice Device { get; }

    public MemoryOfMounts Memory { get; }

    public ManualTime Time { get; } = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A fresh copy of an empty volume that mkntfs has made.</summary>
    public static async Task<byte[]> EmptyAsync(int mebibytes, int clusterSize)
    {
        Lazy<Task<byte[]>> template = Templates.GetOrAdd(
            (mebibytes, clusterSize), key => new Lazy<Task<byte[]>>(() => MakeAsync(key.Mebibytes, key.ClusterSize)));
        return [.. await template.Value];
    }

    public static async Task<WriteStage> EmptyStageAsync(int mebibytes = 16, int clusterSize = 4096) =>
        new(await EmptyAsync(mebibytes, clusterSize));

    /// <summary>Opens the volume for writing, which must be possible.</summary>
    public async Task<IWritableFileSystem> OpenAsync()
    {
        IFileSystem volume = await TryOpenAsync();
        string reasons = string.Join(' ', volume.Description.ReadOnlyReasons.Select(reason => reason.Code));
        return volume as IWritableFileSystem ?? throw new InvalidOperationException($"read-only: {reasons}");
    }

    /// <summary>Opens the volume for writing, or for reading where something stands against it.</summary>
    public async Task<IFileSystem> TryOpenAsync()
    {
        var format = new NtfsFormat(new NtfsOptions { Access = NtfsAccess.ReadWrite });
        var support = new WriteSupport { Memory = Memory, Time = Time, Random = new Random(1) };
        return await format.OpenReadWriteAsync(Device, support, Cancellation);
    }

    /// <summary>All breaches of the format's rules.</summary>
    public async Task<IReadOnlyList<Finding>> VerifyAsync(VerificationMode mode = VerificationMode.Clean)
    {
        VerificationReport report = await NtfsVerifier.VerifyAsync(Device, mode, Cancellation);
        Assert.True(report.IsComplete);
        return report.Findings;
    }

    public async Task MustBeCleanAsync() =>
        Assert.Equal("", string.Join('\n', (await VerifyAsync()).Take(20)));

    /// <summary>Lets the tools of others judge, and compares what they list with what is expected.</summary>
    public async Task MustPleaseOthersAsync()
    {
        using var folder = new TemporaryFolder();
        string file = folder.Join("volume.ntfs");
        await File.WriteAllBytesAsync(file, Device.Image, Cancellation);
        ToolResult resize = await ForeignTool.RunAsync("ntfsresize", ["-i", "-f", file], new ToolOptions());
        Assert.True(resize.ExitCode == 0, resize.ToString());
    }

    private static async Task<byte[]> MakeAsync(int mebibytes, int clusterSize)
    {
        using var folder = new TemporaryFolder();
        string file = folder.Join("volume.ntfs");
        await NtfsImage.MakeAsync(file, new NtfsShape { SizeMebibytes = mebibytes, ClusterSizeBytes = clusterSize });
        return await File.ReadAllBytesAsync(file, CancellationToken.None);
    }
}
