using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests.Mounts;

public sealed class MountOptionsTests
{
    [Theory]
    [InlineData("iscsimount#iqn.2026-01.example:a,1/0/1")]
    [InlineData("with blank, comma and \\ backslash")]
    public async Task The_mount_table_shows_the_source_and_our_type(string source)
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(
            _ => { }, request => request with { Source = source });

        string shown = await ForeignTool.SucceedAsync("findmnt", "-rno", "FSTYPE", mount.Path);
        string table = await File.ReadAllTextAsync("/proc/self/mounts", TestContext.Current.CancellationToken);

        Assert.Equal("fuse.iscsimount\n", shown);
        Assert.Contains(
            source.Replace("\\", "\\134").Replace(" ", "\\040").Replace("#", "\\043") + " " + mount.Path,
            table,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_mount_is_read_only_and_open_to_others_only_if_asked(bool allowOther)
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(
            _ => { }, request => request with { AllowOther = allowOther });

        string table = await File.ReadAllTextAsync("/proc/self/mounts", TestContext.Current.CancellationToken);
        string line = table.Split('\n').Single(line => line.Contains($" {mount.Path} ", StringComparison.Ordinal));

        Assert.Contains(" ro,nosuid,nodev", line, StringComparison.Ordinal);
        Assert.Contains("default_permissions", line, StringComparison.Ordinal);
        Assert.Equal(allowOther, line.Contains("allow_other", StringComparison.Ordinal));
    }
}
