using System.IO.MemoryMappedFiles;
using IscsiMount.Contracts;
using IscsiMount.FileSystems;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests;

/// <summary>A tree as the programs of everybody see it.</summary>
public sealed class MountedTreeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_sees_every_file_and_folder_with_its_kind_and_size()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files =>
        {
            files.AddFile("readme.txt", "hello"u8.ToArray());
            files.AddFile("deep/er/big.bin", new byte[3_000_000]);
            files.AddDirectory("empty");
            files.AddSpecial("fifo", FileKind.Fifo);
            files.AddSpecial("socket", FileKind.Socket);
            files.AddLink("link", LinkBase.Relative, "readme.txt");
        });

        string found = await ForeignTool.SucceedAsync("find", mount.Path, "-printf", "%P %y %s\n");

        Assert.Equal(
            [
                " d 0", "deep d 0", "deep/er d 0", "deep/er/big.bin f 3000000", "empty d 0", "fifo p 0", "link l 0",
                "readme.txt f 5", "socket s 0",
            ],
            Lines(found).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Stat_shows_numbers_times_owner_and_masks()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(
            files =>
            {
                MemoryFileSystemNode file = files.AddFile("file", new byte[5000]);
                file.LinkCount = 3;
                file.ModifiedAt += 1_234_567;
                files.AddFile("locked", []).DosAttributes |= 1;
                files.AddDirectory("folder").DosAttributes |= 1;
            },
            request => request with { UserId = 12, GroupId = 34, FileModeMask = 0b001_011_111 });

        string shown = await ForeignTool.SucceedAsync(
            "stat", "-c", "%i %h %u %g %a %s %b %.7X %.7Y %.7Z", mount.Join("file"));
        string modes = await ForeignTool.SucceedAsync(
            "stat", "-c", "%i %a", mount.Path, mount.Join("locked"), mount.Join("folder"));

        Assert.Equal(
            "65 3 12 34 640 5000 16 1717747750.0000000 1649138828.1234567 1683356889.0000000\n", shown);
        Assert.Equal("1 755\n66 440\n67 755\n", modes);
    }

    [Fact]
    public async Task The_size_and_the_free_space_of_the_volume_are_shown()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(_ => { });

        string shown = await ForeignTool.SucceedAsync("stat", "-f", "-c", "%S %b %f %a %c %d %l", mount.Path);

        Assert.Equal("4096 262144 65536 65536 1048576 524288 255\n", shown);
    }

    [Fact]
    public async Task A_copy_by_tar_equals_the_tree()
    {
        using var folder = new TemporaryFolder();
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files =>
        {
            for (int index = 0; index < 300; index++)
            {
                files.AddFile($"folder {index % 7}/file {index}", RandomBytes(index * 331, index));
            }

            files.AddFile("big", RandomBytes(4_000_001, 1));
        });

        await ForeignTool.SucceedAsync("tar", "-C", mount.Path, "-cf", folder.Join("copy.tar"), ".");
        await ForeignTool.SucceedAsync("tar", "-C", folder.CreateFolder("copy"), "-xf", folder.Join("copy.tar"));

        await ForeignTool.SucceedAsync("diff", "-r", mount.Path, folder.Join("copy"));
        Assert.Equal(301, Directory.GetFiles(folder.Join("copy"), "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task A_mapped_file_shows_its_content()
    {
        byte[] content = RandomBytes(1_000_003, 7);
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files => files.AddFile("file", content));
        byte[] seen = new byte[content.Length];

        using (MemoryMappedFile map = MemoryMappedFile.CreateFromFile(
            File.OpenRead(mount.Join("file")), null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, false))
        using (MemoryMappedViewStream view = map.CreateViewStream(0, content.Length, MemoryMappedFileAccess.Read))
        {
            await view.ReadExactlyAsync(seen, Token);
        }

        Assert.Equal(content, seen);
    }

    [Theory]
    [InlineData("touch new")]
    [InlineData("echo more >> file")]
    [InlineData("rm file")]
    [InlineData("mkdir new")]
    [InlineData("chmod 600 file")]
    [InlineData("mv file other")]
    [InlineData("setfattr -n user.a -v b file")]
    public async Task Every_change_is_refused_with_read_only_file_system(string command)
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files => files.AddFile("file", [1]));

        ToolResult result = await ForeignTool.RunAsync(
            "sh", ["-c", command], new ToolOptions { WorkingFolder = mount.Path });

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("Read-only file system", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Holes_and_data_are_found_by_seeking()
    {
        byte[] content = new byte[10 * 4096];
        content[(3 * 4096) + 5] = 1;
        content[(9 * 4096) + 5] = 1;
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files => files.AddFile("file", content));

        // whence 3 is SEEK_DATA, 4 is SEEK_HOLE
        string seen = await ForeignTool.SucceedAsync(
            "perl",
            "-e",
            "open(F, $ARGV[0]); for ([0,3],[12289,3],[16384,3],[12288,4],[36864,4],[40960,3]) "
            + "{ my $at = sysseek(F, $$_[0], $$_[1]); print defined $at ? $at + 0 : $! + 0, \" \" }",
            mount.Join("file"));

        Assert.Equal("12288 12289 36864 16384 40960 6 \n", seen);
    }

    [Theory]
    [InlineData(FsStatus.EncryptedContent, "Permission denied")]
    [InlineData(FsStatus.UnsupportedCompression, "Operation not supported")]
    public async Task A_file_that_cannot_be_read_says_why_and_still_shows_its_attributes(FsStatus status, string words)
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files =>
        {
            files.AddFile("bad", new byte[100]).OpenStatus = status;
            files.AddFile("good", "good"u8.ToArray());
        });

        ToolResult result = await ForeignTool.RunAsync("cat", [mount.Join("good"), mount.Join("bad")]);

        Assert.Equal("good\n", result.Output);
        Assert.Contains(words, result.Errors, StringComparison.Ordinal);
        Assert.Equal(100, new FileInfo(mount.Join("bad")).Length);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static byte[] RandomBytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
