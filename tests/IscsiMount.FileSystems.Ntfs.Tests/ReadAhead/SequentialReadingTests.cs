using IscsiMount.Block;
using IscsiMount.FileSystems.Ntfs.Tests.Foreign;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.ReadAhead;

/// <summary>A volume with one large file.</summary>
public sealed class LargeFileVolume : IAsyncLifetime
{
    private ForeignVolume? _volume;

    internal ForeignVolume Volume => _volume!;

    public async ValueTask InitializeAsync() => _volume = await ForeignVolume.CreateAsync(new VolumeRecipe
    {
        Script = "head -c 33554433 /dev/urandom > large",
    });

    public ValueTask DisposeAsync()
    {
        _volume?.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class SequentialReadingTests(LargeFileVolume large) : IClassFixture<LargeFileVolume>
{
    private const int Piece = 128 * 1024;
    private const int Chunk = 256 * 1024;
    private const int InFlightMax = 32;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sequential_reader_with_one_request_at_a_time_keeps_the_device_busy()
    {
        await using var device = new GatedDevice(OpenImage());
        await using IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);
        using IOpenFile open = await OpenLargeAsync(volume);
        byte[] buffer = new byte[Piece];
        for (int i = 0; i < 40; i++)
        {
            await open.ReadAsync((long)i * Piece, buffer, Cancellation);
        }

        // All that was begun is drained, then the next reads are held to see how many there are.
        device.Close();
        await open.ReadAsync(40L * Piece, buffer, Cancellation);
        ValueTask<FsResult<int>> next = default;
        for (int i = 41; device.Held < 2 && i < 100; i++)
        {
            next = open.ReadAsync((long)i * Piece, buffer, Cancellation);
            Assert.True(next.IsCompleted, "what was read ahead is in memory");
        }

        Assert.True(device.Held >= 2, $"{device.Held} held");
        device.Open();
        await next;
    }

    [Fact]
    public async Task The_window_grows_to_its_limit_and_no_further()
    {
        await using var device = new GatedDevice(OpenImage());
        await using IFileSystem volume =
            await new NtfsFormat(new NtfsOptions { ReadAheadBytesMax = 2 * 1024 * 1024 })
                .OpenReadOnlyAsync(device, Cancellation);
        using IOpenFile open = await OpenLargeAsync(volume);
        byte[] buffer = new byte[Piece];
        device.Close();

        // The device answers nothing: what is asked for piles up.
        ValueTask<FsResult<int>>[] reads = [.. Enumerable.Range(0, 30).Select(i =>
            open.ReadAsync((long)i * Piece, new byte[Piece], Cancellation))];
        int begun = device.Held;
        device.Open();
        foreach (ValueTask<FsResult<int>> read in reads)
        {
            Assert.Equal(FsStatus.Ok, (await read).Status);
        }

        int needed = 30 * Piece / Chunk;
        Assert.InRange(begun, needed + (2 * 1024 * 1024 / Chunk) - 2, needed + (2 * 1024 * 1024 / Chunk) + 4);
    }

    [Fact]
    public async Task Who_reads_in_large_pieces_is_not_read_ahead_of()
    {
        await using var device = new GatedDevice(OpenImage());
        await using IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);
        using IOpenFile open = await OpenLargeAsync(volume);
        byte[] buffer = new byte[1024 * 1024];
        for (int i = 0; i < 8; i++)
        {
            await open.ReadAsync((long)i * buffer.Length, buffer, Cancellation);
        }

        device.Close();
        ValueTask<FsResult<int>> next = open.ReadAsync(8L * buffer.Length, buffer, Cancellation);
        (bool wasInMemory, int held) = (next.IsCompleted, device.Held);
        device.Open();
        await next;

        Assert.False(wasInMemory);
        Assert.Equal(buffer.Length / Chunk, held);
    }

    [Fact]
    public async Task Random_reads_are_not_read_ahead()
    {
        await using ImageDevice device = OpenImage();
        await using IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);
        using IOpenFile open = await OpenLargeAsync(volume);
        var chance = new Random(1);
        byte[] buffer = new byte[4096];
        device.ResetCounts();

        for (int i = 0; i < 100; i++)
        {
            long offset = ((i % 8) * 4L * 1024 * 1024) + (chance.Next(200) * 4096);
            await open.ReadAsync(offset, buffer, Cancellation);
        }

        Assert.Equal(100, device.Reads);
        Assert.Equal(100 * 4096, device.BytesRead);
    }

    [Fact]
    public async Task Reading_ahead_reads_nothing_twice()
    {
        await using ImageDevice device = OpenImage();
        await using IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);
        using IOpenFile open = await OpenLargeAsync(volume);
        device.ResetCounts();

        await TreeReader.ReadAllAsync(volume, (await FindLargeAsync(volume)).Id, pieceSize: Piece);

        Assert.InRange(device.BytesRead, 33_554_433, 33_554_433 + (2 * Chunk));
        Assert.InRange(device.Reads, 33_554_433 / Chunk, (33_554_433 / Chunk) + 20);
    }

    [Fact]
    public async Task A_volume_that_is_closed_waits_for_what_was_read_ahead()
    {
        await using var device = new GatedDevice(OpenImage());
        IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);
        IOpenFile open = await OpenLargeAsync(volume);
        byte[] buffer = new byte[Piece];
        await open.ReadAsync(0, buffer, Cancellation);
        device.Close();
        ValueTask<FsResult<int>> last = open.ReadAsync(Piece, buffer, Cancellation);
        Assert.True(device.Held > 0);

        Task closing = volume.DisposeAsync().AsTask();
        Assert.False(closing.IsCompleted);
        device.Open();
        await closing;

        Assert.Equal(0, device.Held);
        await Eventually.HoldsAsync(() => last.IsCompleted);
    }

    [Fact]
    public async Task Many_readers_share_the_memory()
    {
        await using ImageDevice device = OpenImage();
        var options = new NtfsOptions { ReadAheadMemoryBytesMax = 4 * 1024 * 1024 };
        await using IFileSystem volume = await new NtfsFormat(options).OpenReadOnlyAsync(device, Cancellation);
        FileId file = (await FindLargeAsync(volume)).Id;
        byte[] expected = await TreeReader.ReadAllAsync(volume, file, pieceSize: 1024 * 1024);

        byte[][] contents = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ =>
            Task.Run(() => TreeReader.ReadAllAsync(volume, file, pieceSize: Piece))));

        Assert.All(contents, content => Assert.True(content.AsSpan().SequenceEqual(expected)));
        Assert.InRange(((NtfsVolume)volume).ReadAheadBytes, Chunk, 4 * 1024 * 1024);
    }

    private ImageDevice OpenImage() => new(large.Volume.ImagePath)
    {
        Traits = new BlockDeviceTraits { TransferSizeOptimal = Chunk, TransfersInFlightMax = InFlightMax },
    };

    private static async Task<FileProperties> FindLargeAsync(IFileSystem volume)
    {
        FsResult<FileProperties> found =
            await volume.LookupAsync(volume.Root, "large".AsMemory(), NameComparison.Exact, Cancellation);
        return found.TryGet(out FileProperties properties) ? properties : throw new FileNotFoundException();
    }

    private static async Task<IOpenFile> OpenLargeAsync(IFileSystem volume)
    {
        FsResult<IOpenFile> opened = await volume.OpenAsync((await FindLargeAsync(volume)).Id, default, Cancellation);
        return opened.TryGet(out IOpenFile? open) ? open : throw new FileNotFoundException();
    }
}
