using Xunit;

namespace IscsiMount.Mounted.Tests.Samples;

/// <summary>Compares what two drivers show of the same volume.</summary>
internal static class FolderListingAssert
{
    private const int RowsShownMax = 20;

    /// <summary>Fails unless a folder shows all of a volume as the other driver does.</summary>
    public static async Task ShowsAsync(SampleVolume volume, string folder)
    {
        Same(volume.Properties, await FolderListing.PropertiesAsync(folder));
        Same(volume.Hashes, await FolderListing.HashesAsync(folder));
        Same(volume.Streams, await FolderListing.StreamsAsync(folder));
        Same(volume.NtfsAttributes, await FolderListing.NtfsAttributesAsync(folder));
    }

    /// <summary>Fails with the rows that only one of the two has.</summary>
    public static void Same(string[] expected, string[] actual)
    {
        string[] missing = [.. expected.Except(actual, StringComparer.Ordinal).Take(RowsShownMax)];
        string[] added = [.. actual.Except(expected, StringComparer.Ordinal).Take(RowsShownMax)];

        Assert.NotEmpty(expected);
        Assert.True(
            missing.Length + added.Length == 0,
            $"Only in the expected:\n{string.Join('\n', missing)}\nOnly in what we show:\n{string.Join('\n', added)}");
        Assert.Equal(expected.Length, actual.Length);
    }
}
