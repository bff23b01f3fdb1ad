namespace IscsiMount.Transport.Framing;

/// <summary>
/// Sends what a source has, in batches. Any thread may ask for it; whoever finds nobody sending becomes the sender, and
/// the others go their way. None of them waits: when the connection is full, a thread of the sender's own takes over.
/// </summary>
/// <remarks>
/// <para>The receiving thread must never wait in a send, as the peer may be waiting in one as well: then both would
/// wait for ever. It may collect its requests while it handles a batch, and send them all at once at its end.</para>
/// <para>
/// Calls of <see cref="Request"/> from inside the source only leave a mark; the sender sees it and goes on.
/// </para>
/// </remarks>
public sealed class PduSender(IConnectionIo connection, IPduSource source, CorkLimit corkLimit) : IDisposable
{
    private const int Idle = 0;
    private const int Sending = 1;
    private const int Stopped = 2;

    private readonly PduBatch _batch = new();
    private readonly SemaphoreSlim _reliefIsCalled = new(0);
    private Thread? _relief;

    // INVARIANT: only who moved the role from Idle to Sending touches the batch and the source. It puts the role back,
    // or passes it on to the relief thread.
    private int _role;
    private int _isRequested;
    private volatile bool _isStopping;
    private volatile bool _isReliefOver;

    // Written by the receiving thread only; others just compare the id with their own.
    private volatile int _corkedThreadId;
    private int _corkedCount;
    private int _corkedLength;

    /// <summary>The source has something to send. Sends it now, unless it is better sent with what follows.</summary>
    /// <param name="length">About how many bytes that is.</param>
    public void Request(int length)
    {
        Volatile.Write(ref _isRequested, 1);
        if (_corkedThreadId == Environment.CurrentManagedThreadId)
        {
            _corkedCount++;
            _corkedLength += length;
            if (_corkedCount < corkLimit.Count && _corkedLength < corkLimit.Length)
            {
                return;
            }

            (_corkedCount, _corkedLength) = (0, 0);
        }

        SendRequested();
    }

    /// <summary>From now on, requests of this thread are collected. Only the receiving thread does that.</summary>
    public void Cork() => _corkedThreadId = Environment.CurrentManagedThreadId;

    /// <summary>Sends what was collected.</summary>
    public void Uncork()
    {
        _corkedThreadId = 0;
        (_corkedCount, _corkedLength) = (0, 0);
        SendRequested();
    }

    /// <summary>Ends all sending, unless somebody is at it or waits for room. For an orderly end.</summary>
    /// <returns>True if no memory of the source is read any more.</returns>
    public bool TryStop()
    {
        _isStopping = true;
        if (Interlocked.CompareExchange(ref _role, Stopped, Idle) == Sending)
        {
            return false;
        }

        // ORDER: the relief thread stays until nobody can pass the role to it any more.
        _isReliefOver = true;
        _reliefIsCalled.Release();
        _relief?.Join();
        return true;
    }

    /// <summary>
    /// Ends all sending. When it returns, no memory of the source is read any more. The caller has aborted the
    /// connection, so that nobody keeps it waiting, and is not itself inside of a send.
    /// </summary>
    public void Stop()
    {
        var patience = default(SpinWait);
        while (!TryStop())
        {
            patience.SpinOnce();
        }
    }

    /// <summary>Call <see cref="Stop"/> before.</summary>
    public void Dispose() => _reliefIsCalled.Dispose();

    private void SendRequested()
    {
        // ORDER: the request is looked at again after the role was put back. A request that came in between found the
        // role taken, and relies on this.
        while (Volatile.Read(ref _isRequested) != 0 && TryTakeRole())
        {
            if (!SendAll(mayWait: false))
            {
                CallRelief();
                return;
            }

            PutRoleBack();
        }
    }

    private bool TryTakeRole() =>
        !_isStopping && Interlocked.CompareExchange(ref _role, Sending, Idle) == Idle;

    private void PutRoleBack() => Interlocked.Exchange(ref _role, Idle);

    // False if the connection is full: then part of the batch is still to be sent.
    private bool SendAll(bool mayWait)
    {
        try
        {
            bool hasMore = true;
            while (hasMore && !_isStopping)
            {
                bool isSent = TrySendBatch();
                if (!isSent && !mayWait)
                {
                    return false;
                }

                hasMore = isSent ? FillBatch() : WaitForRoom();
            }
        }
        catch (Exception fault)
        {
            // Boundary: this runs on the thread of whoever asked first, who is not to blame for a lost connection and
            // can do nothing about a bug. The owner of the connection takes it down.
            _isStopping = true;
            source.Fail(fault);
        }

        return true;
    }

    private bool TrySendBatch()
    {
        if (_batch.IsEmpty)
        {
            return true;
        }

        _batch.Advance(connection.TrySend(_batch.Pieces()));
        if (!_batch.IsEmpty)
        {
            return false;
        }

        source.EndBatch();
        return true;
    }

    private bool WaitForRoom()
    {
        connection.WaitUntilWritable();
        return true;
    }

    private bool FillBatch()
    {
        Interlocked.Exchange(ref _isRequested, 0);
        source.Fill(_batch);
        return !_batch.IsEmpty;
    }

    private void CallRelief()
    {
        if (_relief is null)
        {
            _relief = new Thread(Relieve) { IsBackground = true, Name = $"iSCSI sender {connection.RemoteName}" };
            _relief.Start();
        }

        _reliefIsCalled.Release();
    }

    // Called once for each time that it is given the role, and once to end.
    private void Relieve()
    {
        while (true)
        {
            _reliefIsCalled.Wait();
            if (_isReliefOver)
            {
                return;
            }

            SendAll(mayWait: true);
            PutRoleBack();
            SendRequested();
        }
    }
}
