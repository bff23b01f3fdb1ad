using System.Buffers.Binary;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Foreign;

public sealed class ForeignMetadataTests
{
    private const string Script = """
        echo content > file; mkdir folder
        setfattr -n user.one -v first file; setfattr -n user.two -v "$(seq 1 3000)" file
        setfattr -n system.ntfs_dos_name -v FILE~1.TXT file || true
        echo x > 'a long name.text'; setfattr -n system.ntfs_dos_name -v ALONGN~1.TEX 'a long name.text'
        echo x > with-id; setfattr -n system.ntfs_object_id -v 0x00112233445566778899aabbccddeeff with-id
        echo x > with-ea; setfattr -n system.ntfs_ea -v 0x1c0000000004080055534552 with-ea || true
        mkdir junction
        """;

    private static readonly (FileMetadata Metadata, string Attribute)[] Attributes =
    [
        (FileMetadata.SecurityDescriptor, "system.ntfs_acl"),
        (FileMetadata.ObjectId, "system.ntfs_object_id"),
        (FileMetadata.ExtendedAttributes, "system.ntfs_ea"),
        (FileMetadata.ReparsePoint, "system.ntfs_reparse_data"),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Descriptions_times_and_streams_are_those_that_others_show()
    {
        using ForeignVolume foreign = await ForeignVolume.CreateAsync(new VolumeRecipe { Script = Script });
        var shown = new Dictionary<(string Path, string Attribute), string>();
        string[] paths = ["file", "folder", "a long name.text", "with-id", "with-ea"];
        string[] wanted = [.. Attributes.Select(row => row.Attribute),
            "system.ntfs_attrib_be", "system.ntfs_times_be", "user.one", "user.two"];
        await foreign.MountAsync("ro", async folder =>
        {
            foreach ((string path, string attribute) in paths.SelectMany(path => wanted.Select(name => (path, name))))
            {
                ToolResult result = await ForeignTool.RunAsync(
                    "getfattr", ["--only-values", "--absolute-names", "-n", attribute, Path.Join(folder, path)]);
                ToolResult hex = await ForeignTool.RunAsync(
                    "getfattr", ["-e", "hex", "--absolute-names", "-n", attribute, Path.Join(folder, path)]);
                shown[(path, attribute)] = result.ExitCode == 0 ? HexOf(hex.Output) : "";
            }
        });
        await using ImageDevice device = foreign.Open();
        await using IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);

        foreach (string path in paths)
        {
            FileProperties file = await FindAsync(volume, path);
            foreach ((FileMetadata metadata, string attribute) in Attributes)
            {
                FsResult<byte[]> read = await volume.ReadMetadataAsync(file.Id, metadata, Cancellation);
                string found = read.TryGet(out byte[]? value) ? Convert.ToHexString(value) : "";

                // ntfs-3g fills an object id up to 64 bytes with the birth ids from its index.
                string expected = shown[(path, attribute)];
                expected = metadata == FileMetadata.ObjectId && expected.Length > 32 ? expected[..32] : expected;
                Assert.Equal((path, attribute, expected), (path, attribute, found));
            }

            Assert.Equal(shown[(path, "system.ntfs_attrib_be")], $"{file.DosAttributes:X8}");
            Assert.Equal(
                shown[(path, "system.ntfs_times_be")],
                $"{file.CreatedAt:X16}{file.ModifiedAt:X16}{file.AccessedAt:X16}{file.ChangedAt:X16}");
        }

        Assert.NotEqual("", shown[("file", "system.ntfs_acl")]);
        Assert.NotEqual("", shown[("with-id", "system.ntfs_object_id")]);
        await CheckStreamsAsync(volume, shown);
        await CheckShortNameAsync(volume);
    }

    private static async Task CheckStreamsAsync(
        IFileSystem volume, Dictionary<(string Path, string Attribute), string> shown)
    {
        FileId file = (await FindAsync(volume, "file")).Id;
        FsResult<IReadOnlyList<StreamEntry>> listed = await volume.ListStreamsAsync(file, Cancellation);

        Assert.True(listed.TryGet(out IReadOnlyList<StreamEntry>? streams));
        Assert.Equal(["one", "two"], streams.Select(stream => stream.Name).Order());
        foreach (StreamEntry stream in streams)
        {
            byte[] content = await TreeReader.ReadAllAsync(volume, file, stream.Name);
            Assert.Equal(shown[("file", $"user.{stream.Name}")], Convert.ToHexString(content));
            Assert.Equal(content.Length, stream.SizeBytes);
        }
    }

    private static async Task CheckShortNameAsync(IFileSystem volume)
    {
        FileProperties byLongName = await FindAsync(volume, "a long name.text");
        FileProperties byShortName = await FindAsync(volume, "ALONGN~1.TEX");
        FsResult<byte[]> name = await volume.ReadMetadataAsync(byLongName.Id, FileMetadata.ShortName, Cancellation);
        List<DirectoryEntry> entries = await TreeReader.ListAsync(volume, volume.Root);

        Assert.Equal(byLongName, byShortName);
        Assert.Equal(1u, byLongName.LinkCount);
        Assert.True(name.TryGet(out byte[]? units));
        Assert.Equal(
            "ALONGN~1.TEX",
            string.Concat(units.Chunk(2).Select(unit => (char)BinaryPrimitives.ReadUInt16LittleEndian(unit))));
        Assert.DoesNotContain(entries, entry => entry.Name == "ALONGN~1.TEX");
        Assert.Contains(entries, entry => entry.Name == "a long name.text");
    }

    private static string HexOf(string output)
    {
        int at = output.IndexOf("=0x", StringComparison.Ordinal);
        return at < 0 ? "" : output[(at + 3)..].Trim().ToUpperInvariant();
    }

    private static async Task<FileProperties> FindAsync(IFileSystem volume, string name)
    {
        FsResult<FileProperties> found =
            await volume.LookupAsync(volume.Root, name.AsMemory(), NameComparison.Exact, Cancellation);
        return found.TryGet(out FileProperties properties) ? properties : throw new FileNotFoundException(name);
    }
}
