using IscsiMount.Testing;

namespace IscsiMount.Mounted.Tests.Samples;

/// <summary>An image of a test's own, which it may damage.</summary>
internal sealed class ScratchImage : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private ScratchImage()
    {
    }

    public string Path => _folder.Join("scratch.img");

    /// <summary>An empty file that something is done to.</summary>
    public static ScratchImage Make(Action<FileStream> change)
    {
        var image = new ScratchImage();
        using FileStream file = File.Create(image.Path);
        change(file);
        return image;
    }

    /// <summary>A copy of an image that something is done to.</summary>
    public static async Task<ScratchImage> CopyAsync(string original, Action<FileStream> change)
    {
        var image = new ScratchImage();
        await ForeignTool.SucceedAsync("cp", "--sparse=always", original, image.Path);
        await using FileStream file = File.Open(image.Path, FileMode.Open);
        change(file);
        return image;
    }

    public void Dispose() => _folder.Dispose();
}
