using System.Net.Sockets;

namespace IscsiMount.Transport.Tcp;

/// <summary>
/// Copies a batch and sends it in the background; while that goes on, the connection counts as full. For systems other
/// than Linux, where the runtime does not offer a send that does not wait.
/// </summary>
internal sealed class OverlappedSender : ISocketSender
{
    private const int BufferLength = 256 * 1024;

    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _send = new();
    private readonly ManualResetEventSlim _isIdle = new(initialState: true);
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferLength, pinned: true);
    private volatile bool _isAborted;
    private SocketError _error;
    private int _length;
    private int _done;

    public OverlappedSender(Socket socket)
    {
        _socket = socket;
        _send.Completed += (_, _) => Continue();
    }

    public int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        if (!_isIdle.IsSet)
        {
            return 0;
        }

        ThrowIfLost();
        _length = Copy(pieces);
        _done = 0;
        _isIdle.Reset();
        if (!Start())
        {
            Continue();
        }

        return _length;
    }

    public void WaitUntilWritable()
    {
        _isIdle.Wait();
        ThrowIfLost();
    }

    public void Abort()
    {
        _isAborted = true;
        _isIdle.Set();
    }

    public void Dispose()
    {
        _send.Dispose();
        _isIdle.Dispose();
    }

    private int Copy(ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        int copied = 0;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            int some = Math.Min(piece.Length, BufferLength - copied);
            piece.Span[..some].CopyTo(_buffer.AsSpan(copied));
            copied += some;
        }

        return copied;
    }

    private bool Start()
    {
        _send.SetBuffer(_buffer, _done, _length - _done);
        return _socket.SendAsync(_send);
    }

    // Runs wherever the system completes a send, and takes up what a short one left.
    private void Continue()
    {
        try
        {
            do
            {
                _error = _send.SocketError;
                _done += _send.BytesTransferred;
            }
            while (_error == SocketError.Success && _done < _length && !Start());
        }
        catch (ObjectDisposedException)
        {
            _error = SocketError.OperationAborted;
        }

        if (_error != SocketError.Success || _done == _length)
        {
            _isIdle.Set();
        }
    }

    private void ThrowIfLost()
    {
        if (_isAborted || _error != SocketError.Success)
        {
            throw SocketFaults.Lost(_error == SocketError.Success ? SocketError.OperationAborted : _error);
        }
    }
}
