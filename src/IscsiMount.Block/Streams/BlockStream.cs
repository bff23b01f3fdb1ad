using System.Runtime.CompilerServices;
using IscsiMount.Primitives;

namespace IscsiMount.Block.Streams;

/// <summary>
/// A block device as a stream of bytes, for libraries that want one. Its length is that of the device, and stays.
/// </summary>
/// <remarks>
/// <para>Calls run one after the other in the order in which they were made, also those that were not waited for. So
/// two writes into the same block both take effect. Who wants several transfers at once uses the device.</para>
/// <para>A write is durable when a flush that began after its end has ended. Disposing flushes what was written since
/// the last flush; the stream does not own the device, and leaves it open.</para>
/// <para>What waits for an asynchronous call goes on in the caller's context or in the pool, never on the thread that
/// receives for the device. So synchronous calls may follow asynchronous ones.</para>
/// <para>A fault of the device is a <see cref="StorageFaultException"/>, which is an <see cref="IOException"/>. The
/// position then stays where it was.</para>
/// </remarks>
public sealed class BlockStream : Stream
{
    private readonly IBlockDevice _device;
    private readonly ByteAccess _bytes;
    private readonly AsyncGate _gate = new();
    private readonly bool _isWritable;
    private long _position;
    private bool _hasUnflushedWrites;
    private volatile bool _isClosed;

    /// <exception cref="ReadOnlyDeviceException">Writing is wanted, and the device takes no writes.</exception>
    public BlockStream(IBlockDevice device, BlockStreamAccess access = BlockStreamAccess.ReadOnly)
    {
        _isWritable = access == BlockStreamAccess.ReadWrite;
        if (_isWritable && device.Traits.IsReadOnly)
        {
            throw new ReadOnlyDeviceException();
        }

        _device = device;
        _bytes = new ByteAccess(device);
    }

    public override bool CanRead => !_isClosed;

    public override bool CanSeek => !_isClosed;

    public override bool CanWrite => _isWritable && !_isClosed;

    public override long Length => _bytes.SizeBytes;

    public override long Position
    {
        get => Volatile.Read(ref _position);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            Volatile.Write(ref _position, value);
        }
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        long start = origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => Position,
            SeekOrigin.End => Length,
            _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "There is no such origin."),
        };
        long position = checked(start + offset);
        Position = position >= 0 ? position : throw new IOException("There is nothing before the first byte.");
        return position;
    }

    /// <summary>Reads as much as was asked for, less only at the end.</summary>
    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        using AsyncGate.Permit inside = await _gate.EnterAsync(cancellationToken);
        try
        {
            int length = (int)Math.Clamp(Length - _position, 0, buffer.Length);
            await _bytes.ReadAsync(_position, buffer[..length], cancellationToken);
            _position += length;
            return length;
        }
        finally
        {
            await LeaveReceiverAsync();
        }
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfNotWritable();
        using AsyncGate.Permit inside = await _gate.EnterAsync(cancellationToken);
        if (buffer.Length > Length - _position)
        {
            throw new IOException($"The device ends at byte {Length} and cannot grow.");
        }

        try
        {
            _hasUnflushedWrites = true;
            await _bytes.WriteAsync(_position, buffer, cancellationToken);
            _position += buffer.Length;
        }
        finally
        {
            await LeaveReceiverAsync();
        }
    }

    /// <summary>Makes durable what was written.</summary>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        using AsyncGate.Permit inside = await _gate.EnterAsync(cancellationToken);
        await FlushIfWrittenAsync(cancellationToken);
    }

    public override int Read(Span<byte> buffer)
    {
        byte[] read = new byte[buffer.Length];
        int length = Read(read, 0, read.Length);
        read.AsSpan(0, length).CopyTo(buffer);
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Wait(() => ReadAsync(buffer.AsMemory(offset, count)).AsTask());
    }

    public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);

    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Wait(async () =>
        {
            await WriteAsync(buffer.AsMemory(offset, count));
            return count;
        });
    }

    public override void Flush() => Wait(async () =>
    {
        await FlushAsync(CancellationToken.None);
        return 0;
    });

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <summary>A device does not change its size.</summary>
    public override void SetLength(long value) =>
        throw new NotSupportedException("The length of a device cannot be set.");

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Wait(async () =>
            {
                await CloseAsync();
                return 0;
            });
        }

        base.Dispose(disposing);
    }

    private async ValueTask CloseAsync()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        using AsyncGate.Permit inside = await _gate.EnterAsync(CancellationToken.None);
        await FlushIfWrittenAsync(CancellationToken.None);
    }

    private async ValueTask FlushIfWrittenAsync(CancellationToken cancellationToken)
    {
        if (!_hasUnflushedWrites)
        {
            return;
        }

        try
        {
            await _device.FlushAsync(cancellationToken);
            _hasUnflushedWrites = false;
        }
        finally
        {
            await LeaveReceiverAsync();
        }
    }

    // ORDER: a device ends its calls on the thread that receives for it. Whoever waits for us may block, and there that
    // would be for ever.
    private static YieldAwaitable LeaveReceiverAsync() => Task.Yield();

    private void ThrowIfNotWritable()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (!_isWritable)
        {
            throw new NotSupportedException("The stream was opened for reading only.");
        }
    }

    // The caller's context is the thread that waits here, so nothing may have to go on in it.
    private static T Wait<T>(Func<Task<T>> call)
    {
        SynchronizationContext? callers = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return call().GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(callers);
        }
    }
}
