using IscsiMount.Block;
using Xunit;

namespace IscsiMount.Contracts;

/// <summary>What every block device owes. The suites for writable and for read-only ones build on it.</summary>
public abstract class BlockDeviceContract
{
    /// <summary>A device of at least this many blocks is tested.</summary>
    protected const int BlockCountMin = 1024;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A device of the test's own, of at least <see cref="BlockCountMin"/> blocks.</summary>
    protected abstract ValueTask<IBlockDevice> OpenAsync();

    [Fact]
    public async Task The_size_and_the_traits_make_sense()
    {
        await using IBlockDevice device = await OpenAsync();

        Assert.True(int.IsPow2(device.BlockLength));
        Assert.InRange(device.BlockLength, 512, 65_536);
        Assert.InRange(device.BlockCount, (ulong)BlockCountMin, ulong.MaxValue);
        Assert.InRange(device.Traits.TransfersInFlightMax, 1, 4096);
        Assert.True(device.Traits.TransferSizeOptimal > 0);
        Assert.Equal(0, device.Traits.TransferSizeOptimal % device.BlockLength);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 2)]
    [InlineData(-1, uint.MaxValue)]
    public async Task A_read_beyond_the_end_is_refused_and_moves_nothing(int firstFromEnd, uint count)
    {
        await using IBlockDevice device = await OpenAsync();
        var range = new BlockRange(device.BlockCount - (ulong)-firstFromEnd, count);
        byte[] buffer = Filled(device, Math.Min(count, 2), 0xEE);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await device.ReadAsync(range, buffer, Token));

        Assert.DoesNotContain(buffer, value => value != 0xEE);
    }

    [Fact]
    public async Task A_read_whose_range_wraps_around_is_refused()
    {
        await using IBlockDevice device = await OpenAsync();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await device.ReadAsync(new(ulong.MaxValue, 2), Filled(device, 2, 0), Token));
    }

    [Theory]
    [InlineData(2, -1)]
    [InlineData(2, 1)]
    [InlineData(0, 1)]
    public async Task A_read_into_a_buffer_of_another_length_is_refused(uint count, int lengthError)
    {
        await using IBlockDevice device = await OpenAsync();
        byte[] buffer = new byte[((int)count * device.BlockLength) + lengthError];

        await Assert.ThrowsAsync<ArgumentException>(
            async () => await device.ReadAsync(new(0, count), buffer, Token));
    }

    [Fact]
    public async Task Reading_no_blocks_is_legal_everywhere_up_to_the_end()
    {
        await using IBlockDevice device = await OpenAsync();

        await device.ReadAsync(new(0, 0), Memory<byte>.Empty, Token);
        await device.ReadAsync(new(device.BlockCount, 0), Memory<byte>.Empty, Token);
    }

    [Fact]
    public async Task The_first_and_the_last_block_can_be_read()
    {
        await using IBlockDevice device = await OpenAsync();
        byte[] buffer = Filled(device, 1, 0);

        await device.ReadAsync(new(0, 1), buffer, Token);
        await device.ReadAsync(new(device.BlockCount - 1, 1), buffer, Token);
    }

    [Fact]
    public async Task A_cancelled_read_ends_by_cancellation()
    {
        await using IBlockDevice device = await OpenAsync();
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await device.ReadAsync(new(0, 1), Filled(device, 1, 0), cancelled));
    }

    [Fact]
    public async Task A_cancelled_flush_ends_by_cancellation_and_others_complete()
    {
        await using IBlockDevice device = await OpenAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await device.FlushAsync(new CancellationToken(canceled: true)));
        await device.FlushAsync(Token);
    }

    [Fact]
    public async Task Many_reads_at_once_all_see_the_same()
    {
        await using IBlockDevice device = await OpenAsync();
        byte[] expected = Filled(device, BlockCountMin, 0);
        await device.ReadAsync(new(0, BlockCountMin), expected, Token);

        byte[][] read = await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            byte[] buffer = Filled(device, 16, 0xEE);
            await device.ReadAsync(new((ulong)(i * 16), 16), buffer, Token);
            return buffer;
        }));

        Assert.Equal(expected, read.SelectMany(each => each));
    }

    protected static byte[] Filled(IBlockDevice device, uint blockCount, byte value)
    {
        byte[] buffer = new byte[blockCount * device.BlockLength];
        buffer.AsSpan().Fill(value);
        return buffer;
    }
}
