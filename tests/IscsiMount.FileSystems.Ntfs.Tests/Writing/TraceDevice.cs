using IscsiMount.Block;

namespace IscsiMount.FileSystems.Ntfs.Tests.Writing;

/// <summary>A write to a <see cref="TraceDevice"/>, or a flush where there are no bytes.</summary>
internal sealed record TraceStep(long Offset, byte[]? Bytes)
{
    public bool IsFlush => Bytes is null;
}

/// <summary>An image in memory that remembers every write and flush, and can fail from the n-th call on.</summary>
internal sealed class TraceDevice(byte[] image) : IBlockDevice
{
    private readonly List<TraceStep> _steps = [];
    private readonly Lock _lock = new();
    private int _calls;

    public int BlockLength { get; init; } = 512;

    public ulong BlockCount => (ulong)(image.Length / BlockLength);

    public BlockDeviceTraits Traits { get; init; } = new()
    {
        TransferSizeOptimal = 256 * 1024,
        TransfersInFlightMax = 8,
    };

    /// <summary>What the device holds. It is looked at when nothing is under way.</summary>
    public byte[] Image => image;

    public IReadOnlyList<TraceStep> Steps => _steps;

    /// <summary>The call that fails, from 1; 0 for none. All behind it fail too, if so wanted.</summary>
    public int FailingCall { get; set; }

    public bool FailsForEver { get; set; }

    public int CallCount => _calls;

    public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Count();
            image.AsSpan(checked((int)range.First * BlockLength), destination.Length).CopyTo(destination.Span);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Count();
            int offset = checked((int)range.First * BlockLength);
            source.CopyTo(image.AsMemory(offset));
            _steps.Add(new TraceStep(offset, source.ToArray()));
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Count();
            _steps.Add(new TraceStep(0, null));
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Count()
    {
        _calls++;
        bool fails = FailingCall > 0 && (_calls == FailingCall || (FailsForEver && _calls > FailingCall));
        if (fails)
        {
            throw new IscsiMount.Testing.InjectedFaultException($"call {_calls}");
        }
    }
}
