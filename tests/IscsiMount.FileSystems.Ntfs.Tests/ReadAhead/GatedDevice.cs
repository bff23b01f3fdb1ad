using IscsiMount.Block;

namespace IscsiMount.FileSystems.Ntfs.Tests.ReadAhead;

/// <summary>A device that holds its reads back while the gate is closed, and counts how many are under way.</summary>
internal sealed class GatedDevice(IBlockDevice inner) : IBlockDevice
{
    private readonly Lock _lock = new();
    private readonly List<TaskCompletionSource> _held = [];
    private bool _isClosed;

    public int BlockLength => inner.BlockLength;

    public ulong BlockCount => inner.BlockCount;

    public BlockDeviceTraits Traits => inner.Traits;

    public int Held
    {
        get
        {
            lock (_lock)
            {
                return _held.Count;
            }
        }
    }

    public async ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken)
    {
        await PassAsync();
        await inner.ReadAsync(range, destination, cancellationToken);
    }

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken) =>
        inner.WriteAsync(range, source, cancellationToken);

    public ValueTask FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }

    public void Open()
    {
        TaskCompletionSource[] held;
        lock (_lock)
        {
            _isClosed = false;
            held = [.. _held];
            _held.Clear();
        }

        foreach (TaskCompletionSource reader in held)
        {
            reader.SetResult();
        }
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private Task PassAsync()
    {
        lock (_lock)
        {
            if (!_isClosed)
            {
                return Task.CompletedTask;
            }

            var reader = new TaskCompletionSource();
            _held.Add(reader);
            return reader.Task;
        }
    }
}
