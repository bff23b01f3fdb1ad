using IscsiMount.FileSystems.Ntfs.Layout.Volume;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.Primitives;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Volume;

public sealed class VolumeGeometryTests
{
    private const long DeviceSize = 64L * 1024 * 1024 * 1024;

    private static readonly BootSector Usual = new()
    {
        BytesPerSector = 512,
        SectorsPerClusterCode = 8,
        TotalSectors = 100_000,
        MftLcn = 4,
        MftMirrorLcn = 6000,
        RecordSizeCode = unchecked((sbyte)0xF6),
        IndexBlockSizeCode = unchecked((sbyte)0xF4),
        VolumeSerialNumber = 7,
    };

    [Fact]
    public void Sizes_follow_from_the_codes()
    {
        var geometry = VolumeGeometry.From(Usual, DeviceSize);

        Assert.Equal((4096, 12_500L, 1024, 4096), (
            geometry.ClusterSize, geometry.ClusterCount, geometry.RecordSize, geometry.IndexBlockSize));
        Assert.Equal(100_001 * 512, geometry.SizeBytes);
    }

    [Theory]
    [InlineData(512, 0x01, 512)]
    [InlineData(512, 0x80, 65_536)]
    [InlineData(512, 0xF8, 131_072)]
    [InlineData(512, 0xF4, 2_097_152)]
    [InlineData(4096, 0x10, 65_536)]
    public void Large_clusters_are_powers_of_two_in_disguise(int sector, int code, int cluster)
    {
        BootSector boot = Usual with
        {
            BytesPerSector = sector,
            SectorsPerClusterCode = (byte)code,
            TotalSectors = 10_000_000,
            MftMirrorLcn = 2,
            MftLcn = 4,
        };

        Assert.Equal(cluster, VolumeGeometry.From(boot, DeviceSize).ClusterSize);
    }

    public static TheoryData<string> Broken => new(BrokenSectors.Keys);

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_boot_sector_that_cannot_be_is_damage(string what)
    {
        Assert.Throws<DamagedMediumException>(() => VolumeGeometry.From(BrokenSectors[what], DeviceSize));
    }

    [Theory, Seeds(200)]
    public void Random_sectors_are_a_volume_or_damage(int seed)
    {
        byte[] bytes = new byte[BootSector.Length];
        new Random(seed).NextBytes(bytes);
        bytes[0x0B] = 0;
        bytes[0x0C] = 2;

        VolumeGeometry? geometry =
            Attempt.ReadObject(() => VolumeGeometry.From(BootSector.Read(bytes), DeviceSize));

        Assert.True(geometry is null || geometry.ClusterCount * geometry.ClusterSize <= DeviceSize);
    }

    private static Dictionary<string, BootSector> BrokenSectors { get; } = new()
    {
        ["no sector size"] = Usual with { BytesPerSector = 0 },
        ["odd sector size"] = Usual with { BytesPerSector = 513 },
        ["huge sector"] = Usual with { BytesPerSector = 8192 },
        ["no cluster"] = Usual with { SectorsPerClusterCode = 0 },
        ["three sectors"] = Usual with { SectorsPerClusterCode = 3 },
        ["huge cluster"] = Usual with { SectorsPerClusterCode = 0x81 },
        ["tiny record"] = Usual with { RecordSizeCode = -8 },
        ["huge record"] = Usual with { RecordSizeCode = 127 },
        ["no record"] = Usual with { RecordSizeCode = 0 },
        ["huge block"] = Usual with { IndexBlockSizeCode = -128 },
        ["no sectors"] = Usual with { TotalSectors = 0 },
        ["more sectors than the device"] = Usual with { TotalSectors = (DeviceSize / 512) + 1 },
        ["mft outside"] = Usual with { MftLcn = 12_500 },
        ["mirror outside"] = Usual with { MftMirrorLcn = ulong.MaxValue },
    };
}
