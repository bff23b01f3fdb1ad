using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests;

public sealed class MountedTreeTests
{
    [Fact]
    public async Task Files_and_folders_are_seen_by_every_program()
    {
        byte[] content = RandomBytes(3_000_000);
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files =>
        {
            files.AddFile("readme.txt", "hello"u8.ToArray());
            files.AddFile("deep/er/big.bin", content);
            files.AddDirectory("empty");
        });

        string found = await ForeignTool.SucceedAsync("find", mount.Path, "-printf", "%P %y %s\n");

        Assert.Equal("hello", await File.ReadAllTextAsync(mount.Join("readme.txt"), Token));
        Assert.Equal(content, await File.ReadAllBytesAsync(mount.Join("deep", "er", "big.bin"), Token));
        Assert.Equal(
            [" d 0", "deep d 0", "deep/er d 0", "deep/er/big.bin f 3000000", "empty d 0", "readme.txt f 5"],
            found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
