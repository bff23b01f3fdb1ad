using IscsiMount.Contracts;
using Xunit;

namespace IscsiMount.Block.Tests;

public sealed class MemoryBlockDeviceTests : BlockDeviceContractWritable
{
    protected override ValueTask<IBlockDevice> OpenAsync() => new(new MemoryBlockDevice(2000));

    [Fact]
    public async Task A_huge_disk_takes_room_for_what_was_written_only()
    {
        await using var device = new MemoryBlockDevice(1UL << 50, 4096);
        byte[] read = new byte[4096];

        await device.WriteAsync(new((1UL << 50) - 1, 1), Enumerable.Repeat((byte)7, 4096).ToArray(), Token);
        await device.WriteAsync(new(0, 1000), new byte[4096 * 1000], Token);
        await device.ReadAsync(new(1UL << 49, 1), read, Token);

        Assert.Equal(new byte[4096], read);
        Assert.InRange(device.AllocatedBytes, 1, 1024 * 1024);
    }

    [Fact]
    public async Task Clearing_gives_the_memory_back()
    {
        await using var device = new MemoryBlockDevice(1UL << 50, 4096);
        await device.WriteAsync(new(100, 1), Enumerable.Repeat((byte)7, 4096).ToArray(), Token);
        await device.WriteAsync(new(1000, 1), Enumerable.Repeat((byte)7, 4096).ToArray(), Token);
        long before = device.AllocatedBytes;

        await device.ClearAsync(new(64, 64), Token);
        long between = device.AllocatedBytes;
        await device.ClearAsync(new(0, uint.MaxValue), Token);

        Assert.True(before > between && between > 0);
        Assert.Equal(0, device.AllocatedBytes);
        Assert.False((await device.FindSpaceAsync(100, Token)).HasSpace);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(511)]
    [InlineData(520)]
    [InlineData(131_072)]
    public void A_length_that_no_block_has_is_refused(int blockLength)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryBlockDevice(1, blockLength));
    }

    [Fact]
    public async Task A_disposed_disk_is_gone()
    {
        var device = new MemoryBlockDevice(10);
        await device.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(
            async () => await device.ReadAsync(new(0, 1), new byte[512], Token));
    }
}

public sealed class MemoryBlockDeviceLargeBlocksTests : BlockDeviceContractWritable
{
    protected override ValueTask<IBlockDevice> OpenAsync() => new(new MemoryBlockDevice(1024, 4096));
}

public sealed class MemoryBlockDeviceReadOnlyTests : BlockDeviceContractReadOnly
{
    protected override ValueTask<IBlockDevice> OpenAsync() => new(new MemoryBlockDevice(2000, isReadOnly: true));
}
