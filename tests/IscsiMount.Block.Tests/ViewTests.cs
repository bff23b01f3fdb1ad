using IscsiMount.Contracts;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Block.Tests;

public sealed class PartitionBlockDeviceTests : BlockDeviceContractWritable
{
    protected override ValueTask<IBlockDevice> OpenAsync()
    {
        return new(new PartitionBlockDevice(new MemoryBlockDevice(4000), 100, 1500));
    }

    [Fact]
    public async Task Nothing_outside_of_the_partition_is_touched()
    {
        await using var disk = new MemoryBlockDevice(300);
        await disk.WriteAsync(new(0, 300), Filled(disk, 300, 0xA5), Token);
        var recording = new RecordingDevice(disk);
        await using var partition = new PartitionBlockDevice(recording, 100, 100);

        await partition.WriteAsync(new(0, 100), Filled(disk, 100, 0), Token);

        Assert.Equal([new BlockRange(100, 100)], recording.Writes);
        byte[] read = Filled(disk, 300, 0xEE);
        await disk.ReadAsync(new(0, 300), read, Token);
        Assert.Equal([.. Filled(disk, 100, 0xA5), .. Filled(disk, 100, 0), .. Filled(disk, 100, 0xA5)], read);
    }

    [Theory]
    [InlineData(100, 1)]
    [InlineData(99, 2)]
    [InlineData(0, 0)]
    [InlineData(1, ulong.MaxValue)]
    public async Task A_partition_lies_on_its_device(ulong first, ulong count)
    {
        await using var disk = new MemoryBlockDevice(100);

        Assert.Throws<ArgumentOutOfRangeException>(() => new PartitionBlockDevice(disk, first, count));
    }

    [Fact]
    public async Task The_disk_survives_its_partition()
    {
        await using var disk = new MemoryBlockDevice(100);
        await new PartitionBlockDevice(disk, 0, 10).DisposeAsync();

        await disk.ReadAsync(new(0, 1), Filled(disk, 1, 0), Token);
    }
}

public sealed class ReadOnlyBlockDeviceTests : BlockDeviceContractReadOnly
{
    protected override ValueTask<IBlockDevice> OpenAsync() => new(new ReadOnlyBlockDevice(new MemoryBlockDevice(2000)));

    [Fact]
    public async Task Neither_writes_nor_flushes_reach_the_device()
    {
        await using var disk = new MemoryBlockDevice(100);
        var recording = new RecordingDevice(disk);
        await using var view = new ReadOnlyBlockDevice(recording);

        await Assert.ThrowsAsync<ReadOnlyDeviceException>(
            async () => await view.WriteAsync(new(0, 1), Filled(disk, 1, 1), Token));
        await view.FlushAsync(Token);

        recording.MustBeUntouched();
        Assert.Equal(0, recording.FlushCount);
    }
}

public sealed class RecordingDeviceTests : BlockDeviceContractWritable
{
    protected override ValueTask<IBlockDevice> OpenAsync() => new(new RecordingDevice(new MemoryBlockDevice(2000)));

    [Fact]
    public async Task A_write_is_found_out_even_if_the_device_refused_it()
    {
        var recording = new RecordingDevice(new MemoryBlockDevice(10, isReadOnly: true));

        await Assert.ThrowsAsync<ReadOnlyDeviceException>(
            async () => await recording.WriteAsync(new(0, 1), Filled(recording, 1, 1), Token));

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(recording.MustBeUntouched);
    }
}

public sealed class FaultyDeviceTests : BlockDeviceContractWritable
{
    protected override ValueTask<IBlockDevice> OpenAsync()
    {
        return new(new FaultyDevice(new MemoryBlockDevice(2000), int.MaxValue));
    }

    [Theory]
    [InlineData(FaultDuration.Once, "ok fault ok ok")]
    [InlineData(FaultDuration.FromThenOn, "ok fault fault fault")]
    public async Task The_call_that_was_named_fails(FaultDuration duration, string expected)
    {
        var device = new FaultyDevice(new MemoryBlockDevice(10), failingCall: 2, duration);
        var seen = new List<string>();
        for (int i = 0; i < 4; i++)
        {
            Exception? fault = await Record.ExceptionAsync(
                async () => await device.ReadAsync(new(0, 1), Filled(device, 1, 0), Token));
            seen.Add(fault is InjectedFaultException ? "fault" : "ok");
        }

        Assert.Equal(expected, string.Join(' ', seen));
        Assert.True(device.HasFailed);
    }
}
