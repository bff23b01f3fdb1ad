using IscsiMount.Mounted.Tests.Samples;
using Xunit;

namespace IscsiMount.Mounted.Tests;

/// <summary>
/// The samples hold what they promise; otherwise the tests that read them would prove less than they say.
/// </summary>
public sealed class SampleVolumesTests(SampleVolumes samples)
{
    [Fact]
    public async Task The_large_volume_has_thousands_of_files_of_every_kind()
    {
        SampleVolume volume = await samples.LargeAsync();

        Assert.True(volume.Hashes.Length > 22_000);
        Assert.True(volume.Properties.Length > volume.Hashes.Length);
        Assert.Equal(6, volume.Streams.Length);
        Assert.Contains(
            volume.Properties, row => row.Contains("large/200 MiB.bin|f|209715400|1|", StringComparison.Ordinal));
        Assert.Equal(3, volume.Properties.Count(row => row.Contains("|l|", StringComparison.Ordinal)));
        Assert.Equal(3, volume.Properties.Count(row => row.Contains("|f|70000|3|", StringComparison.Ordinal)));
    }
}
