using IscsiMount.Block;
using IscsiMount.FileSystems.Ntfs.Formatting.Planning;
using IscsiMount.FileSystems.Ntfs.Verifier;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Tests;

/// <summary>A volume of ours in an image file, for programs of others to look at.</summary>
internal sealed class FormattedImage : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _sectorSize;

    private FormattedImage(int sectorSize)
    {
        _sectorSize = sectorSize;
    }

    public string Path => _folder.Join("image");

    public static async Task<FormattedImage> MakeAsync(int sizeMebibytes, int sectorSize, FormatOptions options)
    {
        var image = new FormattedImage(sectorSize);
        using (FileStream file = File.Create(image.Path))
        {
            file.SetLength((long)sizeMebibytes << 20);
        }

        await using var device = ImageFileBlockDevice.Open(image.Path, new() { BlockLength = sectorSize });
        await FormatAsync(device, options);
        return image;
    }

    /// <summary>Formats a device as the tests do: the same bytes each time.</summary>
    public static async Task FormatAsync(IBlockDevice device, FormatOptions options)
    {
        var plan = FormatPlan.Find(device, options, out string problem);
        Assert.Equal("", problem);
        await new NtfsFormatter(new ManualTime(), new Random(1)).FormatAsync(
            device, plan!, TestContext.Current.CancellationToken);
    }

    public async Task<VerificationReport> VerifyAsync()
    {
        await using var device = ImageFileBlockDevice.Open(
            Path, new() { BlockLength = _sectorSize, IsReadOnly = true });
        return await NtfsVerifier.VerifyAsync(
            device, VerificationMode.Clean, TestContext.Current.CancellationToken);
    }

    public string MountFolder() => _folder.CreateFolder("m");

    public void Dispose() => _folder.Dispose();
}
