using IscsiMount.Contracts;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Block.Tests;

public sealed class ImageFileBlockDeviceTests : BlockDeviceContractWritable, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override ValueTask<IBlockDevice> OpenAsync() => new(ImageFileBlockDevice.Open(Create(2000 * 512)));

    [Fact]
    public async Task Content_is_byte_for_byte_that_of_the_file()
    {
        string path = Create(0);
        byte[] content = new byte[8 * 4096];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(path, content, Token);
        byte[] read = new byte[4096];

        await using (var device = ImageFileBlockDevice.Open(path, new() { BlockLength = 4096 }))
        {
            Assert.Equal(8u, device.BlockCount);
            await device.ReadAsync(new(3, 1), read, Token);
            await device.WriteAsync(new(7, 1), read, Token);
            await device.FlushAsync(Token);
        }

        Assert.Equal(content[(3 * 4096)..(4 * 4096)], read);
        byte[] stored = await File.ReadAllBytesAsync(path, Token);
        Assert.Equal([.. content[..(7 * 4096)], .. read], stored);
    }

    [Fact]
    public async Task Clearing_punches_a_hole_into_the_image()
    {
        string path = Create(1024 * 1024);
        await using var device = ImageFileBlockDevice.Open(path);
        await device.WriteAsync(new(0, 2048), Filled(device, 2048, 0xA5), Token);

        await device.ClearAsync(new(1024, 1024), Token);
        await device.FlushAsync(Token);

        Assert.Equal(new SpaceRun(1024, HasSpace: true), await device.FindSpaceAsync(0, Token));
        Assert.Equal(new SpaceRun(1024, HasSpace: false), await device.FindSpaceAsync(1024, Token));
        string usedBlocks = await ForeignTool.SucceedAsync("stat", "-c", "%b", path);
        Assert.InRange(int.Parse(usedBlocks.Trim(), System.Globalization.CultureInfo.InvariantCulture), 1024, 1100);
    }

    [Fact]
    public async Task A_sparse_image_stays_sparse_where_it_is_only_read()
    {
        string path = Create(1L << 40);
        await using var device = ImageFileBlockDevice.Open(path);
        byte[] read = Filled(device, 1, 0xEE);

        await device.ReadAsync(new(device.BlockCount - 1, 1), read, Token);

        Assert.Equal(Filled(device, 1, 0), read);
        string usedBlocks = await ForeignTool.SucceedAsync("stat", "-c", "%b", path);
        Assert.Equal("0", usedBlocks.Trim());
    }

    [Theory]
    [InlineData(1000, 512, "its 1000 bytes are no multiple of the block length of 512 bytes")]
    [InlineData(512, 4096, "its 512 bytes are no multiple of the block length of 4096 bytes")]
    [InlineData(0, 512, "the file is empty")]
    public void A_length_that_cannot_be_right_is_told(long length, int blockLength, string message)
    {
        string path = Create(length);

        var fault = Assert.Throws<ImageFileException>(
            () => ImageFileBlockDevice.Open(path, new() { BlockLength = blockLength }));

        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        File.Delete(path);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        string path = _folder.Join("none.img");

        var fault = Assert.Throws<ImageFileException>(() => ImageFileBlockDevice.Open(path));

        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Nobody_shares_an_image_with_a_writer(bool isFirstReadOnly, bool isSecondReadOnly)
    {
        string path = Create(512);
        await using var first = ImageFileBlockDevice.Open(path, new() { IsReadOnly = isFirstReadOnly });

        Assert.Throws<ImageFileException>(
            () => ImageFileBlockDevice.Open(path, new() { IsReadOnly = isSecondReadOnly }));
    }

    [Fact]
    public async Task Readers_share_an_image()
    {
        string path = Create(512);
        await using var first = ImageFileBlockDevice.Open(path, new() { IsReadOnly = true });
        await using var second = ImageFileBlockDevice.Open(path, new() { IsReadOnly = true });

        await second.ReadAsync(new(0, 1), new byte[512], Token);
    }

    [Fact]
    public async Task An_image_that_is_cut_while_it_is_used_is_a_fault_and_no_hang()
    {
        string path = Create(100 * 512);
        await using var device = ImageFileBlockDevice.Open(path);
        await ForeignTool.SucceedAsync("truncate", "-s", "25700", path);

        var fault = await Assert.ThrowsAsync<ImageFileException>(
            async () => await device.ReadAsync(new(50, 10), new byte[5120], Token));

        Assert.Contains("ends before byte 25700", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_image_is_closed()
    {
        var device = ImageFileBlockDevice.Open(Create(512));
        await device.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await device.ReadAsync(new(0, 1), new byte[512], Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await device.FlushAsync(Token));
    }

    private string Create(long length)
    {
        string path = _folder.Join(Path.GetRandomFileName());
        using FileStream file = File.Create(path);
        file.SetLength(length);
        return path;
    }
}

public sealed class ImageFileBlockDeviceReadOnlyTests : BlockDeviceContractReadOnly, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override async ValueTask<IBlockDevice> OpenAsync()
    {
        string path = _folder.Join("disk.img");
        byte[] content = new byte[2000 * 512];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(path, content, Token);
        return ImageFileBlockDevice.Open(path, new() { IsReadOnly = true });
    }
}
