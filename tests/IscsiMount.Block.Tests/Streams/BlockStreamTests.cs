using IscsiMount.Block.Streams;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Block.Tests.Streams;

/// <summary>A device as a stream, beside a model of plain bytes.</summary>
public sealed class BlockStreamTests
{
    private const int BlockLength = 512;
    private const int BlockCount = 64;
    private const int Size = BlockCount * BlockLength;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [Seeds(20)]
    public async Task Any_bytes_at_any_place_are_those_of_the_model(int seed)
    {
        var chance = new Random(seed);
        await using var device = new MemoryBlockDevice(BlockCount, BlockLength);
        using var model = new MemoryStream(new byte[Size]);
        await using (var stream = new BlockStream(device, BlockStreamAccess.ReadWrite))
        {
            for (int step = 0; step < 300; step++)
            {
                await StepAsync(stream, model, chance);
                Assert.Equal((model.Position, model.Length), (stream.Position, stream.Length));
            }
        }

        byte[] content = new byte[Size];
        await device.ReadAsync(new(0, BlockCount), content, Token);
        Assert.Equal(model.ToArray(), content);
    }

    [Theory]
    [InlineData(0, 512, 0, 1)]
    [InlineData(512, 8192, 0, 1)]
    [InlineData(100, 10, 1, 1)]
    [InlineData(100, 412, 1, 1)]
    [InlineData(100, 1436, 1, 2)]
    [InlineData(100, 2000, 2, 3)]
    public async Task Only_blocks_that_are_written_in_part_are_read_and_the_rest_goes_in_one_piece(
        int position, int length, int reads, int writes)
    {
        var device = new RecordingDevice(new MemoryBlockDevice(BlockCount, BlockLength));
        await using var stream = new BlockStream(device, BlockStreamAccess.ReadWrite) { Position = position };

        await stream.WriteAsync(new byte[length], Token);

        Assert.Equal((reads, writes), (device.Reads.Count, device.Writes.Count));
    }

    [Fact]
    public async Task Writes_that_were_not_waited_for_both_reach_the_block_that_they_share()
    {
        var time = new ManualTime();
        await using var stream = new BlockStream(new PacedDevice(time), BlockStreamAccess.ReadWrite);
        byte[] first = [.. Enumerable.Repeat((byte)1, 100)];
        byte[] second = [.. Enumerable.Repeat((byte)2, 100)];

        Task both = Task.WhenAll(stream.WriteAsync(first, Token).AsTask(), stream.WriteAsync(second, Token).AsTask());
        await PassAsync(time, both);
        stream.Position = 0;
        byte[] read = new byte[200];
        Task reading = stream.ReadExactlyAsync(read, Token).AsTask();
        await PassAsync(time, reading);

        Assert.Equal([.. first, .. second], read);
    }

    [Fact]
    public async Task What_goes_on_after_a_call_may_block_on_the_next_one()
    {
        await using var device = new OneThreadDevice();

        // Not disposed of: where a call waits for ever, that would wait with it.
        var stream = new BlockStream(device, BlockStreamAccess.ReadWrite);

        Task<int> mixed = ReadBothWaysAsync(stream);
        Task<int> afterFailure = ReadAfterFailureAsync(device);

        Assert.Equal(600, await mixed.WaitAsync(ForeignTool.DefaultLimit, Token));
        Assert.Equal(BlockLength, await afterFailure.WaitAsync(ForeignTool.DefaultLimit, Token));
    }

    [Fact]
    public void A_synchronous_call_needs_nothing_of_the_context_that_it_blocks() => World.Run(1, async world =>
    {
        await using var device = new OneThreadDevice();
        using var stream = new BlockStream(device, BlockStreamAccess.ReadWrite);
        stream.Write(new byte[100], 0, 100);
        stream.Position = 0;

        Assert.Equal(100, stream.Read(new byte[100], 0, 100));
        Assert.NotNull(SynchronizationContext.Current);
    });

    [Fact]
    public async Task A_flush_reaches_the_device_if_something_was_written_since_the_last_one()
    {
        var device = new RecordingDevice(new MemoryBlockDevice(BlockCount, BlockLength));
        var stream = new BlockStream(device, BlockStreamAccess.ReadWrite);

        await stream.FlushAsync(Token);
        Assert.Equal(0, device.FlushCount);
        await stream.WriteAsync(new byte[1], Token);
        await stream.FlushAsync(Token);
        await stream.FlushAsync(Token);
        Assert.Equal(1, device.FlushCount);
        stream.WriteByte(1);
        await stream.DisposeAsync();
        await stream.DisposeAsync();
        Assert.Equal(2, device.FlushCount);
    }

    [Fact]
    public async Task A_flush_that_failed_is_owed_still()
    {
        var device = new FaultyDevice(new MemoryBlockDevice(BlockCount, BlockLength), failingCall: 2);
        var stream = new BlockStream(device, BlockStreamAccess.ReadWrite);
        await stream.WriteAsync(new byte[BlockLength], Token);

        await Assert.ThrowsAsync<InjectedFaultException>(() => stream.FlushAsync(Token));
        await stream.DisposeAsync();

        Assert.Equal(3, device.CallCount);
    }

    [Fact]
    public async Task A_failed_call_leaves_the_position_and_the_next_one_works()
    {
        var device = new FaultyDevice(new MemoryBlockDevice(BlockCount, BlockLength), failingCall: 1);
        await using var stream = new BlockStream(device) { Position = 700 };
        byte[] buffer = new byte[10];

        await Assert.ThrowsAsync<InjectedFaultException>(() => stream.ReadExactlyAsync(buffer, Token).AsTask());
        Assert.Equal(700, stream.Position);
        await stream.ReadExactlyAsync(buffer, Token);
        Assert.Equal(710, stream.Position);
    }

    [Fact]
    public async Task Without_the_option_nothing_can_be_written()
    {
        var device = new RecordingDevice(new MemoryBlockDevice(BlockCount, BlockLength));
        await using var stream = new BlockStream(device);

        Assert.False(stream.CanWrite);
        await Assert.ThrowsAsync<NotSupportedException>(() => stream.WriteAsync(new byte[1], Token).AsTask());
        Assert.Throws<NotSupportedException>(() => stream.WriteByte(1));
        await stream.FlushAsync(Token);
        device.MustBeUntouched();
    }

    [Fact]
    public void A_device_that_takes_no_writes_gives_no_stream_for_writing() =>
        Assert.Throws<ReadOnlyDeviceException>(() => new BlockStream(
            new MemoryBlockDevice(BlockCount, BlockLength, isReadOnly: true), BlockStreamAccess.ReadWrite));

    [Fact]
    public async Task The_end_is_the_end()
    {
        await using var stream = new BlockStream(
            new MemoryBlockDevice(BlockCount, BlockLength), BlockStreamAccess.ReadWrite);
        byte[] buffer = new byte[20];

        Assert.Equal(Size - 10, stream.Seek(-10, SeekOrigin.End));
        Assert.Equal(10, await stream.ReadAsync(buffer, Token));
        Assert.Equal(0, await stream.ReadAsync(buffer, Token));
        await Assert.ThrowsAsync<IOException>(() => stream.WriteAsync(buffer, Token).AsTask());
        stream.Position = Size + 5;
        Assert.Equal(0, await stream.ReadAsync(buffer, Token));
        Assert.Throws<IOException>(() => stream.Seek(-1, SeekOrigin.Begin));
        Assert.Throws<NotSupportedException>(() => stream.SetLength(5));
    }

    [Fact]
    public async Task After_disposing_nothing_works_and_the_device_still_does()
    {
        var device = new MemoryBlockDevice(BlockCount, BlockLength);
        var stream = new BlockStream(device);
        await stream.DisposeAsync();

        Assert.False(stream.CanRead);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReadAsync(new byte[1], Token).AsTask());
        await device.ReadAsync(new(0, 1), new byte[BlockLength], Token);
    }

    private static async Task StepAsync(BlockStream stream, MemoryStream model, Random chance)
    {
        int position = chance.Next(Size + 1);
        int length = Math.Min(chance.Next(4) == 0 ? chance.Next(8 * BlockLength) : chance.Next(700), Size - position);
        stream.Position = model.Position = position;
        byte[] bytes = new byte[length];
        switch (chance.Next(4))
        {
            case 0:
                chance.NextBytes(bytes);
                await stream.WriteAsync(bytes, Token);
                model.Write(bytes);
                break;
            case 1:
                chance.NextBytes(bytes);
                stream.Write(bytes);
                model.Write(bytes);
                break;
            case 2:
                await stream.ReadExactlyAsync(bytes, Token);
                MustBe(model, bytes);
                break;
            default:
                stream.ReadExactly(bytes);
                MustBe(model, bytes);
                break;
        }
    }

    private static void MustBe(MemoryStream model, byte[] read)
    {
        byte[] expected = new byte[read.Length];
        model.ReadExactly(expected);
        Assert.Equal(expected, read);
    }

    private static async Task<int> ReadBothWaysAsync(BlockStream stream)
    {
        byte[] buffer = new byte[300];
        int length = await stream.ReadAsync(buffer, Token);

        // The point of it: a synchronous call in a continuation of an asynchronous one.
        return length + stream.Read(buffer.AsSpan());
    }

    private static async Task<int> ReadAfterFailureAsync(OneThreadDevice device)
    {
        var stream = new BlockStream(device);
        device.FailOnce();
        try
        {
            await stream.ReadExactlyAsync(new byte[BlockLength], Token);
            return -1;
        }
        catch (InjectedFaultException)
        {
            return stream.Read(new byte[BlockLength].AsSpan());
        }
    }

    private static async Task PassAsync(ManualTime time, Task until)
    {
        await Eventually.HoldsAsync(() =>
        {
            time.JumpToNextTimer();
            return until.IsCompleted;
        });
        await until;
    }
}
