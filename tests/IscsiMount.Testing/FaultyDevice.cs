using IscsiMount.Block;
using IscsiMount.Primitives;

namespace IscsiMount.Testing;

/// <summary>How long a fault lasts.</summary>
public enum FaultDuration
{
    /// <summary>One call fails.</summary>
    Once,

    /// <summary>All calls fail from then on.</summary>
    FromThenOn,
}

/// <summary>
/// A device whose n-th call fails: reads, writes and flushes count alike, from 1. A scenario that is repeated with
/// n = 1, 2, 3, … until no fault was met has met a fault everywhere. It does not own the device.
/// </summary>
public sealed class FaultyDevice(
    IBlockDevice device, int failingCall, FaultDuration duration = FaultDuration.Once) : IBlockDevice
{
    private int _callCount;

    public int BlockLength => device.BlockLength;

    public ulong BlockCount => device.BlockCount;

    public BlockDeviceTraits Traits => device.Traits;

    /// <summary>Calls so far.</summary>
    public int CallCount => Volatile.Read(ref _callCount);

    /// <summary>Whether the scenario went as far as the fault.</summary>
    public bool HasFailed => CallCount >= failingCall;

    public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        return Fails()
            ? ValueTask.FromException(new InjectedFaultException($"reading {range}"))
            : device.ReadAsync(range, destination, cancellationToken);
    }

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        return Fails()
            ? ValueTask.FromException(new InjectedFaultException($"writing {range}"))
            : device.WriteAsync(range, source, cancellationToken);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        return Fails()
            ? ValueTask.FromException(new InjectedFaultException("flushing"))
            : device.FlushAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private bool Fails()
    {
        int call = Interlocked.Increment(ref _callCount);
        return duration == FaultDuration.Once ? call == failingCall : call >= failingCall;
    }
}

/// <summary>The fault that a <see cref="FaultyDevice"/> makes.</summary>
public sealed class InjectedFaultException(string call)
    : StorageFaultException(FaultScope.Command, $"The test let this fail: {call}.");
