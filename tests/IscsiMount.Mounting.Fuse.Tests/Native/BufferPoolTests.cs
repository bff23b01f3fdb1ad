using IscsiMount.Mounting.Fuse.Native;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests.Native;

public sealed class BufferPoolTests
{
    [Fact]
    public void The_buffer_that_was_given_back_last_is_taken_first()
    {
        using var pool = new BufferPool();
        NativeBuffer first = pool.Rent(4096);
        NativeBuffer second = pool.Rent(BufferPool.SlotLength);

        pool.Return(first);
        pool.Return(second);

        Assert.Same(second, pool.Rent(1));
        Assert.Same(first, pool.Rent(1));
        pool.Return(first);
        pool.Return(second);
    }

    [Fact]
    public void Buffers_that_are_out_at_once_do_not_overlap_however_many_they_are()
    {
        using var pool = new BufferPool();
        NativeBuffer[] buffers = [.. Enumerable.Range(0, 70).Select(_ => pool.Rent(10_000))];

        for (int index = 0; index < buffers.Length; index++)
        {
            buffers[index].Memory.Span[..10_000].Fill((byte)index);
        }

        Assert.All(
            buffers.Index(),
            buffer => Assert.False(buffer.Item.Span[..10_000].ContainsAnyExcept((byte)buffer.Index)));
        Assert.Equal(64, buffers.Count(buffer => buffer.IsPooled));
        Array.ForEach(buffers, pool.Return);
    }

    [Fact]
    public void A_read_larger_than_a_slot_gets_memory_of_its_own()
    {
        using var pool = new BufferPool();

        NativeBuffer buffer = pool.Rent(BufferPool.SlotLength + 1);

        Assert.Equal(BufferPool.SlotLength + 1, buffer.Memory.Length);
        Assert.False(buffer.IsPooled);
        pool.Return(buffer);
    }

    [Fact]
    public void Slots_lie_in_pairs_on_the_borders_of_huge_pages()
    {
        using var pool = new BufferPool();
        NativeBuffer[] pair = [pool.Rent(1), pool.Rent(1)];

        Assert.Equal(0, pair.Min(buffer => buffer.Start) % (2 * 1024 * 1024));
        Assert.Equal(BufferPool.SlotLength, Math.Abs(pair[1].Start - pair[0].Start));
        Array.ForEach(pair, pool.Return);
    }
}
