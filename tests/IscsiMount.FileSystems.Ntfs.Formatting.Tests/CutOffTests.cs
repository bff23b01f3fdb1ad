using IscsiMount.Block;
using IscsiMount.FileSystems.Ntfs.Formatting.Planning;
using IscsiMount.FileSystems.Ntfs.Verifier;
using IscsiMount.Primitives;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Tests;

/// <summary>Whoever is cut off while a volume is made has none: neither the old one nor half of the new one.</summary>
public sealed class CutOffTests
{
    private const ulong BlockCount = 32 << 11;

    [Fact]
    public async Task Until_the_last_writes_there_is_no_volume()
    {
        int writes = await CountWritesAsync();
        Assert.InRange(writes, 10, 40);
        for (int allowed = 2; allowed <= writes; allowed++)
        {
            await using var medium = new MemoryBlockDevice(BlockCount);
            await FormattedImage.FormatAsync(medium, new FormatOptions { Label = "OLD" });
            var cut = new CutOffDevice(medium, allowed);

            await Record.ExceptionAsync(() => FormattedImage.FormatAsync(cut, new FormatOptions { Label = "NEW" }));
            VerificationReport report = await NtfsVerifier.VerifyAsync(
                medium, VerificationMode.Clean, TestContext.Current.CancellationToken);

            // The last two writes are those of the copy and of the boot sector; one of them is enough.
            bool isVolume = allowed >= writes - 1;
            Assert.Equal(isVolume, report.IsComplete);
            Assert.Equal(allowed == writes, report.IsSound);
        }
    }

    [Fact]
    public async Task A_plan_for_another_device_is_refused()
    {
        await using var planned = new MemoryBlockDevice(BlockCount);
        await using var other = new MemoryBlockDevice(BlockCount * 2);
        var plan = FormatPlan.Find(planned, new FormatOptions(), out _);

        await Assert.ThrowsAsync<ArgumentException>(() => new NtfsFormatter(new ManualTime(), new Random(1))
            .FormatAsync(other, plan!, TestContext.Current.CancellationToken));

        Assert.Equal(0, other.AllocatedBytes);
    }

    private static async Task<int> CountWritesAsync()
    {
        await using var medium = new MemoryBlockDevice(BlockCount);
        var counting = new CutOffDevice(medium, int.MaxValue);
        await FormattedImage.FormatAsync(counting, new FormatOptions());
        return counting.Writes;
    }

    /// <summary>Takes some writes and then no more.</summary>
    private sealed class CutOffDevice(IBlockDevice device, int writesAllowed) : IBlockDevice
    {
        public int Writes { get; private set; }

        public int BlockLength => device.BlockLength;

        public ulong BlockCount => device.BlockCount;

        public BlockDeviceTraits Traits => device.Traits;

        public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken) =>
            device.ReadAsync(range, destination, cancellationToken);

        public ValueTask WriteAsync(
            BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
        {
            Writes++;
            return Writes <= writesAllowed
                ? device.WriteAsync(range, source, cancellationToken)
                : throw new CutOffException();
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken) => device.FlushAsync(cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class CutOffException() : StorageFaultException(FaultScope.Command, "The device is gone.");
}
