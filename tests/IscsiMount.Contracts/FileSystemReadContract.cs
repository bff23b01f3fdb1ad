using IscsiMount.FileSystems;
using Xunit;

namespace IscsiMount.Contracts;

/// <summary>All that an <see cref="IFileSystem"/> does for readers: names, listings and content.</summary>
public abstract class FileSystemReadContract : FileSystemListingContract
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 4096)]
    [InlineData(1, 511)]
    [InlineData(511, 2)]
    [InlineData(4095, 8194)]
    [InlineData(65_535, 131_073)]
    [InlineData(1_000_000, 234_567)]
    [InlineData(1_000_001, 1_000_000)]
    [InlineData(1_234_566, 4096)]
    [InlineData(0, 2_000_000)]
    public async Task Any_range_is_read_to_the_byte_and_no_further_than_the_end(int offset, int length)
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        using IOpenFile open = await OpenFileAsync(volume, ContractTree.LargeFile);
        ReadOnlyMemory<byte> content = ContractTree.ContentOf(ContractTree.LargeFile);
        byte[] buffer = new byte[length];

        int count = await ReadAsync(open, offset, buffer);

        Assert.Equal(Math.Min(length, content.Length - offset), count);
        Assert.Equal(content.Span.Slice(offset, count), buffer.AsSpan(0, count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(4096)]
    [InlineData(131_072)]
    [InlineData(1_048_576)]
    public async Task Reading_from_front_to_back_yields_the_content(int piece)
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        string path = piece == 1 ? "files/small.txt" : ContractTree.LargeFile;
        using IOpenFile open = await OpenFileAsync(volume, path);
        var content = new List<byte>();
        byte[] buffer = new byte[piece];
        int count;
        while ((count = await ReadAsync(open, content.Count, buffer)) > 0)
        {
            content.AddRange(buffer.AsSpan(0, count));
        }

        Assert.Equal(open.SizeBytes, content.Count);
        Assert.Equal(ContractTree.ContentOf(path).Span, content.ToArray());
    }

    [Fact]
    public async Task Nothing_is_read_behind_the_end()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        using IOpenFile large = await OpenFileAsync(volume, ContractTree.LargeFile);
        using IOpenFile empty = await OpenFileAsync(volume, "files/empty");
        byte[] buffer = new byte[100];

        Assert.Equal(0, await ReadAsync(large, large.SizeBytes, buffer));
        Assert.Equal(0, await ReadAsync(large, long.MaxValue - 100, buffer));
        Assert.Equal(0, await ReadAsync(empty, 0, buffer));
        Assert.Equal(0, await ReadAsync(large, 0, Memory<byte>.Empty));
    }

    [Fact]
    public async Task Data_and_the_hole_at_the_end_are_found()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        using IOpenFile open = await OpenFileAsync(volume, ContractTree.LargeFile);

        Assert.Equal((FsStatus.Ok, 1000L), Seek(1000, SeekTarget.Data));
        Assert.Equal((FsStatus.Ok, open.SizeBytes), Seek(1000, SeekTarget.Hole));
        Assert.Equal(FsStatus.NoSuchAttribute, open.Seek(open.SizeBytes, SeekTarget.Data).Status);

        (FsStatus, long) Seek(long offset, SeekTarget target)
        {
            FsResult<long> found = open.Seek(offset, target);
            return (found.Status, found.TryGet(out long at) ? at : -1);
        }
    }

    [Fact]
    public async Task Many_readers_at_once_each_get_what_they_asked_for()
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        using IOpenFile open = await OpenFileAsync(volume, ContractTree.LargeFile);
        ReadOnlyMemory<byte> content = ContractTree.ContentOf(ContractTree.LargeFile);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() => ReadAtRandomAsync(new Random(seed)))));

        async Task ReadAtRandomAsync(Random chance)
        {
            byte[] buffer = new byte[100_000];
            for (int i = 0; i < 200; i++)
            {
                int offset = chance.Next(content.Length);
                int count = await ReadAsync(open, offset, buffer.AsMemory(0, chance.Next(buffer.Length)));
                Assert.True(content.Span.Slice(offset, count).SequenceEqual(buffer.AsSpan(0, count)));
                await FindAsync(volume, $"{ContractTree.LargeFolder}/Entry number {chance.Next(1500)}");
            }
        }
    }

    [Theory]
    [InlineData(FileMetadata.ObjectId)]
    [InlineData(FileMetadata.ExtendedAttributes)]
    [InlineData(FileMetadata.ReparsePoint)]
    public async Task A_description_that_a_file_does_not_have_is_no_attribute(FileMetadata metadata)
    {
        await using IFileSystem volume = await OpenVolumeAsync();
        FileId file = (await FindAsync(volume, ContractTree.LargeFile)).Id;

        Assert.Equal(
            FsStatus.NoSuchAttribute, (await volume.ReadMetadataAsync(file, metadata, Cancellation)).Status);
    }

    private static async Task<IOpenFile> OpenFileAsync(IFileSystem volume, string path) =>
        await OpenAsync(volume, (await FindAsync(volume, path)).Id);
}
