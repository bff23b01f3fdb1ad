using IscsiMount.FileSystems.Ntfs.Tests.Damage;
using IscsiMount.FileSystems.Ntfs.Tests.Foreign;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Stress;

/// <summary>
/// The real thread pool, a device that answers on other threads, and caches that hold nearly nothing.
/// </summary>
public sealed class ConcurrencyTests(SmallImage small) : IClassFixture<SmallImage>
{
    private static readonly NtfsOptions TinyCaches = new()
    {
        RecordCacheBytesMax = 64 * 1024,
        IndexCacheBytesMax = 64 * 1024,
        LookupCacheBytesMax = 64 * 1024,
        ReadAheadMemoryBytesMax = 512 * 1024,
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_readers_at_once_see_the_same_tree(bool hasTinyCaches)
    {
        var device = new MemoryDevice(small.Bytes.ToArray()) { IsAsynchronous = true };
        NtfsOptions options = hasTinyCaches ? TinyCaches : new NtfsOptions();
        await using IFileSystem volume = await new NtfsFormat(options).OpenReadOnlyAsync(device, Cancellation);
        List<TreeEntry> alone = await TreeReader.ReadVolumeAsync(volume);

        List<TreeEntry>[] together = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => Task.Run(() => TreeReader.ReadVolumeAsync(volume))));

        Assert.True(alone.Count > 310);
        Assert.All(together, tree => Assert.Equal(alone, tree));
    }

    [Theory, Seeds(20)]
    public async Task Readers_of_one_open_file_get_what_they_asked_for_in_any_order(int seed)
    {
        var device = new MemoryDevice(small.Bytes.ToArray()) { IsAsynchronous = true };
        await using IFileSystem volume = await new NtfsFormat(TinyCaches).OpenReadOnlyAsync(device, Cancellation);
        string name = seed % 2 == 0 ? "plain" : "x";
        FsResult<FileProperties> found =
            await volume.LookupAsync(volume.Root, name.AsMemory(), NameComparison.Exact, Cancellation);
        Assert.True(found.TryGet(out FileProperties file));
        byte[] expected = await TreeReader.ReadAllAsync(volume, file.Id, pieceSize: PieceOf(seed));
        FsResult<IOpenFile> opened = await volume.OpenAsync(file.Id, default, Cancellation);
        Assert.True(opened.TryGet(out IOpenFile? open));
        using (open)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(reader => Task.Run(() => ReadAsync(open, reader))));
        }

        static int PieceOf(int seed) => 1000 + (seed * 7777);

        // Some go from front to back, some jump: together they begin and drop windows all the time.
        async Task ReadAsync(IOpenFile stream, int reader)
        {
            var chance = new Random((seed * 10) + reader);
            byte[] buffer = new byte[40_000];
            int at = 0;
            for (int i = 0; i < 60; i++)
            {
                at = chance.Next(6) == 0 ? chance.Next(expected.Length) : at % expected.Length;
                Memory<byte> piece = buffer.AsMemory(0, chance.Next(1, buffer.Length));
                FsResult<int> read = await stream.ReadAsync(at, piece, Cancellation);
                Assert.True(read.TryGet(out int count));
                Assert.True(expected.AsSpan(at, count).SequenceEqual(buffer.AsSpan(0, count)));
                at += count;
            }
        }
    }
}
