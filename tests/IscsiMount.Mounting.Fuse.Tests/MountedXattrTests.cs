using IscsiMount.Contracts;
using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Requests;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests;

/// <summary>Extended attributes as <c>getfattr</c> and the kernel see them.</summary>
public sealed class MountedXattrTests
{
    [Theory]
    [InlineData("system.ntfs_attrib", "21200000")]
    [InlineData("system.ntfs_attrib_be", "00002021")]
    [InlineData("system.dos_attrib", "21")]
    [InlineData("system.ntfs_crtime", "0807060504030201")]
    [InlineData("system.ntfs_crtime_be", "0102030405060708")]
    [InlineData(
        "system.ntfs_times", "0807060504030201" + "1807060504030201" + "3807060504030201" + "2807060504030201")]
    [InlineData(
        "system.ntfs_times_be", "0102030405060708" + "0102030405060718" + "0102030405060738" + "0102030405060728")]
    [InlineData("system.ntfs_acl", "010004801400")]
    [InlineData("system.ntfs_security", "010004801400")]
    [InlineData("system.ntfs_reparse_data", "0C0000A0")]
    [InlineData("system.ntfs_object_id", "AABB")]
    [InlineData("system.ntfs_ea", "CCDD")]
    [InlineData("system.ntfs_dos_name", "464F4F7E31")]
    [InlineData("user.Zone.Identifier", "5B5A6F6E655D")]
    [InlineData("user.empty", "")]
    [InlineData("ntfs.streams.list", "5A6F6E652E4964656E74696669657200" + "656D70747900" + "6C6F6E6700")]
    public async Task A_value_is_shown_under_the_name_that_others_know(string name, string value)
    {
        await using FuseTestMount mount = await StartAsync();

        string shown = await ForeignTool.SucceedAsync(
            "getfattr", "--absolute-names", "-e", "hex", "-n", name, mount.Join("file"));

        string expected = $"{name}=0x{value}\n";
        Assert.Contains(expected, shown, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("bare", "system.ntfs_reparse_data", "No such attribute")]
    [InlineData("bare", "user.missing", "No such attribute")]
    [InlineData("file", "user.long", "Argument list too long")]
    [InlineData("file", "security.capability", "No such attribute")]
    [InlineData("file", "system.unknown", "Operation not supported")]
    [InlineData("file", "system.posix_acl_access", "Operation not supported")]
    public async Task What_is_not_there_is_refused_with_the_reason(string file, string name, string words)
    {
        await using FuseTestMount mount = await StartAsync();

        ToolResult result = await ForeignTool.RunAsync("getfattr", ["-n", name, mount.Join(file)]);

        Assert.Contains(words, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streams_that_fit_are_listed_and_nothing_else_is()
    {
        await using FuseTestMount mount = await StartAsync();

        string shown = await ForeignTool.SucceedAsync("getfattr", "--absolute-names", "-m", "-", mount.Join("file"));
        string bare = await ForeignTool.SucceedAsync("getfattr", "--absolute-names", "-m", "-", mount.Join("bare"));

        Assert.Equal($"# file: {mount.Join("file")}\nuser.Zone.Identifier\nuser.empty\n\n", shown);
        Assert.Equal("", bare);
    }

    [Fact]
    public async Task The_kernel_goes_on_asking_after_a_no()
    {
        await using FuseTestMount mount = await StartAsync();

        await ForeignTool.RunAsync("getfattr", ["-n", "user.missing", mount.Join("file")]);
        await ForeignTool.RunAsync("getfattr", ["-n", "security.capability", mount.Join("file")]);
        long before = mount.Mount.Counters[RequestKind.GetXattr];
        await ForeignTool.SucceedAsync("getfattr", "-n", "user.Zone.Identifier", mount.Join("file"));

        Assert.True(before >= 2);
        Assert.True(mount.Mount.Counters[RequestKind.GetXattr] > before);
    }

    [Fact]
    public async Task Reading_streams_leaves_none_open()
    {
        await using FuseTestMount mount = await StartAsync();

        await ForeignTool.SucceedAsync("getfattr", "-d", mount.Join("file"));

        Assert.Equal(0, mount.FileSystem.OpenStreamCount);
    }

    private static Task<FuseTestMount> StartAsync() => FuseTestMount.StartAsync(files =>
    {
        MemoryFileSystemNode file = files.AddFile("file", [1]);
        file.DosAttributes = 0x2021;
        file.CreatedAt = 0x0102_0304_0506_0708;
        file.ModifiedAt = 0x0102_0304_0506_0718;
        file.ChangedAt = 0x0102_0304_0506_0728;
        file.AccessedAt = 0x0102_0304_0506_0738;
        file.Metadata[FileMetadata.SecurityDescriptor] = [0x01, 0x00, 0x04, 0x80, 0x14, 0x00];
        file.Metadata[FileMetadata.ReparsePoint] = [0x0C, 0x00, 0x00, 0xA0];
        file.Metadata[FileMetadata.ObjectId] = [0xAA, 0xBB];
        file.Metadata[FileMetadata.ExtendedAttributes] = [0xCC, 0xDD];
        file.Metadata[FileMetadata.ShortName] = Convert.FromHexString("46004F004F007E003100");
        file.Streams["Zone.Identifier"] = "[Zone]"u8.ToArray();
        file.Streams["empty"] = [];
        file.Streams["long"] = new byte[65_537];
        files.AddFile("bare", [1]);
    });
}
