using IscsiMount.Block;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Contracts;

/// <summary>What every block device owes that takes writes.</summary>
public abstract class BlockDeviceContractWritable : BlockDeviceContract
{
    [Theory, Seeds(8)]
    public async Task What_was_written_is_read_back_and_nothing_else_changes(int seed)
    {
        await using IBlockDevice device = await OpenAsync();
        var chance = new Random(seed);
        byte[] model = Filled(device, BlockCountMin, 0);
        await device.ReadAsync(new(0, BlockCountMin), model, Token);
        for (int i = 0; i < 30; i++)
        {
            int first = chance.Next(BlockCountMin);
            int count = Math.Min(chance.Next(64), BlockCountMin - first);
            byte[] content = Filled(device, (uint)count, 0);
            chance.NextBytes(content);
            content.CopyTo(model, first * device.BlockLength);

            await device.WriteAsync(new((ulong)first, (uint)count), content, Token);
        }

        byte[] read = Filled(device, BlockCountMin, 0xEE);
        await device.ReadAsync(new(0, BlockCountMin), read, Token);
        Assert.True(model.AsSpan().SequenceEqual(read));
    }

    [Theory, Seeds(4)]
    public async Task Cleared_blocks_read_as_zeros_and_nothing_else_changes(int seed)
    {
        await using IBlockDevice device = await OpenAsync();
        var chance = new Random(seed);
        byte[] model = Filled(device, BlockCountMin, 0xA5);
        await device.WriteAsync(new(0, BlockCountMin), model, Token);
        for (int i = 0; i < 10; i++)
        {
            int first = chance.Next(BlockCountMin);
            int count = Math.Min(chance.Next(BlockCountMin / 2), BlockCountMin - first);
            model.AsSpan(first * device.BlockLength, count * device.BlockLength).Clear();

            await device.ClearAsync(new((ulong)first, (uint)count), Token);
        }

        byte[] read = Filled(device, BlockCountMin, 0xEE);
        await device.ReadAsync(new(0, BlockCountMin), read, Token);
        Assert.True(model.AsSpan().SequenceEqual(read));
    }

    [Fact]
    public async Task Blocks_without_space_read_as_zeros_and_the_runs_cover_the_device()
    {
        await using IBlockDevice device = await OpenAsync();
        await device.WriteAsync(new(0, BlockCountMin), Filled(device, BlockCountMin, 0xA5), Token);
        await device.ClearAsync(new(3, BlockCountMin - 7), Token);
        ulong block = 0;
        while (block < device.BlockCount)
        {
            SpaceRun run = await device.FindSpaceAsync(block, Token);

            Assert.InRange(run.Count, 1UL, device.BlockCount - block);
            byte[] read = Filled(device, (uint)run.Count, 0xEE);
            await device.ReadAsync(new(block, (uint)run.Count), read, Token);
            Assert.True(run.HasSpace || !read.AsSpan().ContainsAnyExcept((byte)0));
            block += run.Count;
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 2)]
    [InlineData(-1, uint.MaxValue)]
    public async Task Clearing_beyond_the_end_is_refused_and_clears_nothing(int firstFromEnd, uint count)
    {
        await using IBlockDevice device = await OpenAsync();
        ulong last = device.BlockCount - 1;
        byte[] read = Filled(device, 1, 0);
        await device.WriteAsync(new(last, 1), Filled(device, 1, 0xA5), Token);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await device.ClearAsync(new(device.BlockCount - (ulong)-firstFromEnd, count), Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await device.FindSpaceAsync(device.BlockCount, Token));

        await device.ReadAsync(new(last, 1), read, Token);
        Assert.Equal(Filled(device, 1, 0xA5), read);
    }

    [Fact]
    public async Task Clearing_that_was_cancelled_before_it_began_changes_nothing()
    {
        await using IBlockDevice device = await OpenAsync();
        byte[] read = Filled(device, 1, 0);
        await device.WriteAsync(new(5, 1), Filled(device, 1, 0xA5), Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await device.ClearAsync(new(5, 1), new(canceled: true)));

        await device.ReadAsync(new(5, 1), read, Token);
        Assert.Equal(Filled(device, 1, 0xA5), read);
    }

    [Fact]
    public async Task The_last_block_can_be_written()
    {
        await using IBlockDevice device = await OpenAsync();
        byte[] content = Filled(device, 1, 0xA5);
        byte[] read = Filled(device, 1, 0);

        await device.WriteAsync(new(device.BlockCount - 1, 1), content, Token);
        await device.ReadAsync(new(device.BlockCount - 1, 1), read, Token);

        Assert.Equal(content, read);
    }

    [Fact]
    public async Task Zeros_replace_what_was_there()
    {
        await using IBlockDevice device = await OpenAsync();
        byte[] read = Filled(device, 3, 0xEE);

        await device.WriteAsync(new(10, 3), Filled(device, 3, 0xA5), Token);
        await device.WriteAsync(new(11, 1), Filled(device, 1, 0), Token);
        await device.ReadAsync(new(10, 3), read, Token);

        Assert.Equal([.. Filled(device, 1, 0xA5), .. Filled(device, 1, 0), .. Filled(device, 1, 0xA5)], read);
    }

    [Fact]
    public async Task A_transfer_of_the_whole_device_is_legal()
    {
        await using IBlockDevice device = await OpenAsync();
        byte[] content = Filled(device, BlockCountMin, 0);
        new Random(1).NextBytes(content);
        byte[] read = Filled(device, BlockCountMin, 0);

        await device.WriteAsync(new(0, BlockCountMin), content, Token);
        await device.ReadAsync(new(0, BlockCountMin), read, Token);

        Assert.True(content.AsSpan().SequenceEqual(read));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 2)]
    [InlineData(-1, uint.MaxValue)]
    public async Task A_write_beyond_the_end_is_refused_and_moves_nothing(int firstFromEnd, uint count)
    {
        await using IBlockDevice device = await OpenAsync();
        var range = new BlockRange(device.BlockCount - (ulong)-firstFromEnd, count);
        byte[] before = Filled(device, 1, 0);
        byte[] after = Filled(device, 1, 0xEE);
        await device.ReadAsync(new(device.BlockCount - 1, 1), before, Token);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await device.WriteAsync(range, Filled(device, Math.Min(count, 2), 0xA5), Token));

        await device.ReadAsync(new(device.BlockCount - 1, 1), after, Token);
        Assert.Equal(before, after);
    }

    [Theory]
    [InlineData(2, -1)]
    [InlineData(2, 1)]
    [InlineData(0, 1)]
    public async Task A_write_from_a_buffer_of_another_length_is_refused(uint count, int lengthError)
    {
        await using IBlockDevice device = await OpenAsync();
        byte[] buffer = new byte[((int)count * device.BlockLength) + lengthError];

        await Assert.ThrowsAsync<ArgumentException>(
            async () => await device.WriteAsync(new(0, count), buffer, Token));
    }

    [Fact]
    public async Task Writing_no_blocks_is_legal_everywhere_up_to_the_end()
    {
        await using IBlockDevice device = await OpenAsync();

        await device.WriteAsync(new(0, 0), ReadOnlyMemory<byte>.Empty, Token);
        await device.WriteAsync(new(device.BlockCount, 0), ReadOnlyMemory<byte>.Empty, Token);
    }

    [Fact]
    public async Task Many_writes_at_once_all_arrive()
    {
        await using IBlockDevice device = await OpenAsync();
        byte[] expected = Filled(device, BlockCountMin, 0);
        new Random(1).NextBytes(expected);
        int length = 16 * device.BlockLength;

        await Task.WhenAll(Enumerable.Range(0, 64).Select(
            i => device.WriteAsync(new((ulong)(i * 16), 16), expected.AsMemory(i * length, length), Token).AsTask()));

        byte[] read = Filled(device, BlockCountMin, 0);
        await device.ReadAsync(new(0, BlockCountMin), read, Token);
        Assert.True(expected.AsSpan().SequenceEqual(read));
    }

    [Fact]
    public async Task A_write_that_was_cancelled_before_it_began_changes_nothing()
    {
        await using IBlockDevice device = await OpenAsync();
        byte[] before = Filled(device, 1, 0);
        byte[] after = Filled(device, 1, 0xEE);
        await device.ReadAsync(new(5, 1), before, Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await device.WriteAsync(new(5, 1), Filled(device, 1, 0xA5), new(canceled: true)));

        await device.ReadAsync(new(5, 1), after, Token);
        Assert.Equal(before, after);
    }

    [Fact]
    public async Task A_flush_keeps_what_was_written()
    {
        await using IBlockDevice device = await OpenAsync();
        byte[] read = Filled(device, 4, 0);

        await device.WriteAsync(new(100, 4), Filled(device, 4, 0xA5), Token);
        await device.FlushAsync(Token);
        await device.ReadAsync(new(100, 4), read, Token);

        Assert.Equal(Filled(device, 4, 0xA5), read);
    }

    [Fact]
    public async Task It_says_that_it_can_be_written()
    {
        await using IBlockDevice device = await OpenAsync();

        Assert.False(device.Traits.IsReadOnly);
    }
}
