using IscsiMount.Mounted.Tests.Samples;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;

[assembly: AssemblyFixture(typeof(SampleVolumes))]

namespace IscsiMount.Mounted.Tests.Samples;

/// <summary>
/// The volumes that many tests read and none changes, with what ntfs-3g shows of them. Each is made when the first
/// test asks for it, and once.
/// </summary>
public sealed class SampleVolumes : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Task<SampleVolume>> _large;
    private readonly Lazy<Task<SampleVolume>> _smallClusters;
    private readonly Lazy<Task<SampleVolume>> _usualClusters;
    private readonly Lazy<Task<SampleVolume>> _largeSectors;

    public SampleVolumes()
    {
        _large = Once(1, SampleSize.Full, new NtfsShape { SizeMebibytes = 2048, Label = "LARGE" });
        _smallClusters = Once(
            2, SampleSize.Small, new NtfsShape { SizeMebibytes = 256, ClusterSizeBytes = 512, Label = "SMALL" });
        _usualClusters = Once(3, SampleSize.Small, new NtfsShape { SizeMebibytes = 256, Label = "USUAL" });
        _largeSectors = Once(
            4, SampleSize.Small, new NtfsShape { SizeMebibytes = 256, SectorSizeBytes = 4096, Label = "SECTOR4K" });
    }

    /// <summary>2 GiB with some 23,000 files.</summary>
    public Task<SampleVolume> LargeAsync() => _large.Value;

    /// <summary>Clusters of 512 bytes.</summary>
    public Task<SampleVolume> SmallClustersAsync() => _smallClusters.Value;

    /// <summary>Clusters of 4096 bytes.</summary>
    public Task<SampleVolume> UsualClustersAsync() => _usualClusters.Value;

    /// <summary>Sectors of 4096 bytes, and so file records of 4096 bytes.</summary>
    public Task<SampleVolume> LargeSectorsAsync() => _largeSectors.Value;

    public void Dispose() => _folder.Dispose();

    private Lazy<Task<SampleVolume>> Once(int seed, SampleSize size, NtfsShape shape)
    {
        return new(() => SampleVolume.MakeAsync(_folder.Join($"{shape.Label}.img"), seed, size, shape));
    }
}

/// <summary>A filled volume in an image file, and what ntfs-3g shows of it.</summary>
public sealed record SampleVolume
{
    public required string Image { get; init; }

    public required string[] Properties { get; init; }

    public required string[] Hashes { get; init; }

    public required string[] Streams { get; init; }

    public required string[] NtfsAttributes { get; init; }

    internal static async Task<SampleVolume> MakeAsync(string image, int seed, SampleSize size, NtfsShape shape)
    {
        await NtfsImage.MakeAsync(image, shape);
        await NtfsImage.FillAsync(image, mounted => new SampleTree(mounted, seed, size).Fill());
        using var folder = new TemporaryFolder();
        await using ForeignMount oracle = await ForeignMount.MountAsync(image, folder.CreateFolder("m"), "ro");
        return new SampleVolume
        {
            Image = image,
            Properties = await FolderListing.PropertiesAsync(oracle.Folder),
            Hashes = await FolderListing.HashesAsync(oracle.Folder),
            Streams = await FolderListing.StreamsAsync(oracle.Folder),
            NtfsAttributes = await FolderListing.NtfsAttributesAsync(oracle.Folder),
        };
    }
}
