using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Requests;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests;

/// <summary>Names, links and listings through the kernel.</summary>
public sealed class MountedNamesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Grüße aus Köln.txt")]
    [InlineData("資料 и ملفات 📀")]
    [InlineData("a:b\\c*d?e\"f<g>h|i ")]
    [InlineData("e\u0301 and \u00E9")]
    public async Task A_name_in_any_script_is_listed_and_found(string name)
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(
            files => files.AddFile($"folder/{name}", "content"u8.ToArray()));

        string[] listed = Directory.GetFiles(mount.Join("folder"));

        Assert.Equal([mount.Join("folder", name)], listed);
        Assert.Equal("content", await File.ReadAllTextAsync(listed[0], Token));
    }

    [Fact]
    public async Task The_longest_name_is_listed_and_found_and_a_longer_one_is_too_long()
    {
        string name = new('語', 255);
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files => files.AddFile(name, [1]));

        ToolResult longer = await ForeignTool.RunAsync("stat", [mount.Join(name + "x")]);

        Assert.Equal([name], Directory.GetFiles(mount.Path).Select(Path.GetFileName));
        Assert.True(File.Exists(mount.Join(name)));
        Assert.Contains("File name too long", longer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_surrogate_that_stands_alone_has_three_bytes_in_listings_and_in_lookups()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(
            files => files.AddFile("a\uD800b", "content"u8.ToArray()));

        string bytes = await ForeignTool.SucceedAsync("sh", "-c", $"ls -N '{mount.Path}' | od -An -tx1");
        string content = await ForeignTool.SucceedAsync(
            "sh", "-c", $"cat \"{mount.Path}/$(printf 'a\\355\\240\\200b')\"");

        Assert.Equal(" 61 ed a0 80 62 0a\n", bytes);
        Assert.Equal("content\n", content);
    }

    [Fact]
    public async Task A_name_that_the_kernel_does_not_take_is_left_out_and_the_others_are_listed()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files =>
        {
            files.AddFile("before", []);
            files.AddTo(files.RootNode, "bad/name", FileKind.File);
            files.AddFile("after", []);
        });

        Assert.Equal(["after", "before"], Directory.GetFiles(mount.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Twenty_thousand_names_are_listed_exactly_once()
    {
        string[] names = [.. Enumerable.Range(0, 20_000).Select(index => $"file number {index:D5}")];
        await using FuseTestMount mount = await FuseTestMount.StartAsync(
            files => Array.ForEach(names, name => files.AddFile(name, [])));

        string[] first = [.. Directory.GetFiles(mount.Path).Select(path => Path.GetFileName(path))];
        string[] again = [.. Directory.GetFiles(mount.Path).Select(path => Path.GetFileName(path))];

        Assert.Equal(names, first.Order(StringComparer.Ordinal));
        Assert.Equal(first, again);
    }

    [Fact]
    public async Task A_listing_goes_on_where_a_program_seeks_to()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files =>
        {
            for (int index = 0; index < 2000; index++)
            {
                files.AddFile($"file {index:D4}", []);
            }
        });

        string seen = await ForeignTool.SucceedAsync(
            "perl",
            "-e",
            "opendir(D, $ARGV[0]); readdir D for 1..100; my $at = telldir D; my $want = readdir D; "
            + "1 while defined readdir D; seekdir D, $at; print $want eq readdir D ? 'same ' : 'other '; "
            + "rewinddir D; my $count = 0; $count++ while defined readdir D; print $count",
            mount.Path);

        Assert.Equal("same 2002\n", seen);
    }

    [Fact]
    public async Task A_damaged_file_keeps_its_name_in_the_listing()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files =>
        {
            files.AddFile("bad", [1]).OpenStatus = FsStatus.DamagedFile;
            files.AddFile("good", [1]);
        });

        string names = await ForeignTool.SucceedAsync("ls", "-f", mount.Path);
        ToolResult stat = await ForeignTool.RunAsync("stat", [mount.Join("bad")]);

        Assert.Equal([".", "..", "bad", "good"], names.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Structure needs cleaning", stat.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LinkBase.Relative, "../target", "../target")]
    [InlineData(LinkBase.VolumeRoot, "folder/target", "{mount}/folder/target")]
    [InlineData(LinkBase.Foreign, "C:/Windows", "C:/Windows")]
    public async Task A_link_shows_its_target_in_the_words_of_linux(LinkBase origin, string target, string expected)
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(
            files => files.AddLink("folder/link", origin, target));

        string shown = await ForeignTool.SucceedAsync("readlink", mount.Join("folder", "link"));

        Assert.Equal(expected.Replace("{mount}", mount.Path, StringComparison.Ordinal) + "\n", shown);
    }

    [Fact]
    public async Task Links_within_the_volume_lead_to_their_files()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(files =>
        {
            files.AddFile("folder/file", "content"u8.ToArray());
            files.AddLink("folder/near", LinkBase.Relative, "file");
            files.AddLink("far", LinkBase.VolumeRoot, "/folder/near");
        });

        Assert.Equal("content", await File.ReadAllTextAsync(mount.Join("far"), Token));
    }

    [Theory]
    [InlineData(NameComparison.Exact, false)]
    [InlineData(NameComparison.IgnoreCase, true)]
    public async Task Names_are_told_apart_as_the_request_says(NameComparison comparison, bool isFound)
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(
            files => files.AddFile("ReadMe.txt", [1]), request => request with { NameComparison = comparison });

        Assert.Equal(isFound, File.Exists(mount.Join("README.TXT")));
        Assert.True(File.Exists(mount.Join("ReadMe.txt")));
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_asked_for_once()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(_ => { });

        for (int round = 0; round < 10; round++)
        {
            Assert.False(File.Exists(mount.Join("missing")));
        }

        Assert.Equal(1, mount.Mount.Counters[RequestKind.Lookup]);
    }
}
