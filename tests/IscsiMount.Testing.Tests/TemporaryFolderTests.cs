using Xunit;

namespace IscsiMount.Testing.Tests;

public sealed class TemporaryFolderTests
{
    [Fact]
    public void It_exists_until_the_end_and_goes_with_its_content()
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(Path.Join(folder.CreateFolder("deep", "deeper"), "file"), "content");
        Assert.True(File.Exists(folder.Join("deep", "deeper", "file")));

        folder.Dispose();

        Assert.False(Directory.Exists(folder.Path));
    }

    [Fact]
    public void A_socket_in_it_has_an_address_that_fits()
    {
        using var folder = new TemporaryFolder();

        Assert.True(folder.Join("iscsimount", "run", "agent.sock").Length < 64);
    }

    [Fact]
    public async Task It_is_not_removed_while_something_is_mounted_in_it()
    {
        using var folder = new TemporaryFolder();
        string mountPoint = folder.CreateFolder("mounted");
        await ForeignTool.SucceedAsync("mount", "-t", "tmpfs", "none", mountPoint);
        File.WriteAllText(Path.Join(mountPoint, "precious"), "content");

        Assert.Throws<InvalidOperationException>(folder.Dispose);

        Assert.True(File.Exists(Path.Join(mountPoint, "precious")));
        await ForeignTool.SucceedAsync("umount", mountPoint);
    }
}
