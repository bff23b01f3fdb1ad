using IscsiMount.Primitives;
using IscsiMount.Target.Answers;
using IscsiMount.Transport;
using IscsiMount.Transport.Framing;
using IPAddress = System.Net.IPAddress;
using IPEndPoint = System.Net.IPEndPoint;

namespace IscsiMount.Target.Connections;

/// <summary>
/// One TCP connection from its first byte to its last. A thread of its own receives and handles what comes; answers go
/// out together at the end of each batch (docs/adr/0011).
/// </summary>
internal sealed class Connection : IPduHandler, IAnswerSink, IDisposable
{
    // LIMIT: after the last answer the initiator closes the connection. One that does not is closed from here.
    private static readonly TimeSpan ClosingTimeMax = TimeSpan.FromSeconds(3);

    private readonly ConnectionContext _context;
    private readonly IConnectionIo _io;
    private readonly AnswerQueue _answers;
    private readonly PduSender _sender;
    private readonly PduReceiver _receiver;
    private readonly long _started;
    private readonly int _waitingMax;
    private volatile IPhase _phase;

    // Written by the receiving thread, read by the one that watches over time.
    private long _lastReceived;
    private long _closingSince;
    private bool _isPinged;

    // The first reason is the one that counts.
    private int _endReason = -1;

    public Connection(IConnectionIo io, ConnectionContext context)
    {
        _io = io;
        _context = context;
        Writer = new AnswerWriter();
        _waitingMax = WaitingMax(context.Options);
        _answers = new AnswerQueue(Writer, _waitingMax);
        _sender = new PduSender(io, _answers, CorkLimit.OfTarget);
        _receiver = new PduReceiver(io, this);
        _phase = new LoginPhase(this, context);
        _started = context.Time.GetTimestamp();
        _lastReceived = _started;
    }

    public string RemoteName => _io.RemoteName;

    public string LocalName => _io.LocalName;

    /// <summary>Where the initiator is, if the connection came over a network.</summary>
    public IPAddress? RemoteAddress => !IPEndPoint.TryParse(RemoteName, out IPEndPoint? remote) ? null
        : remote.Address.IsIPv4MappedToIPv6 ? remote.Address.MapToIPv4()
        : remote.Address;

    public AnswerWriter Writer { get; }

    /// <summary>The session that the connection is part of, once it is.</summary>
    public FullFeaturePhase? FullFeature { get; private set; }

    public EndReason EndReason => _endReason < 0 ? EndReason.PeerClosed : (EndReason)_endReason;

    /// <summary>Receives until the connection is over. The thread of the connection does nothing else.</summary>
    public void Run()
    {
        try
        {
            _sender.Cork();
            ReceiveOutcome outcome = ReceiveOutcome.Continues;
            while (outcome == ReceiveOutcome.Continues)
            {
                outcome = _receiver.ReceiveBatch();
            }

            End(outcome == ReceiveOutcome.Ended ? EndReason.PeerClosed : EndReason.ProtocolViolation);
        }
        catch (ProtocolViolationException violation)
        {
            _context.Log.ProtocolViolated(violation, RemoteName);
            End(EndReason.ProtocolViolation);
        }
        catch (ConnectionLostException)
        {
            End(EndReason.ConnectionLost);
        }
        catch (Exception bug)
        {
            // Boundary: head of the loop of a connection. A bug ends this connection and no other.
            _context.Log.ConnectionFailed(bug, RemoteName);
            End(EndReason.Bug);
        }
        finally
        {
            // ORDER: nobody sends, then no device works for it, then what was not sent gives its memory back.
            _io.Abort();
            _sender.Stop();
            _phase.End();
            _answers.Close();
        }
    }

    /// <summary>Ends the connection from any thread. Its own thread then tidies up.</summary>
    public void End(EndReason reason)
    {
        Interlocked.CompareExchange(ref _endReason, (int)reason, -1);
        _io.Abort();
    }

    /// <summary>
    /// The answers that have been added are the last. The initiator is given the time to read them and to close the
    /// connection.
    /// </summary>
    public void Close(EndReason reason)
    {
        Interlocked.CompareExchange(ref _endReason, (int)reason, -1);
        Interlocked.CompareExchange(ref _closingSince, Math.Max(1, _context.Time.GetTimestamp()), 0);
    }

    /// <summary>Only the receiving thread enters another phase.</summary>
    public void Enter(IPhase phase)
    {
        _phase = phase;
        FullFeature = phase as FullFeaturePhase ?? FullFeature;
    }

    /// <summary>Whatever comes after the present PDU is of no interest. Only the receiving thread calls it.</summary>
    public void StopListening() => Enter(new ClosingPhase(_phase));

    /// <summary>The form of all PDUs that come after the present one.</summary>
    public void ExpectFraming(PduFraming framing) => _receiver.Framing = framing;

    /// <summary>
    /// The form of all PDUs that are added after the present one. Whoever writes an answer may say so.
    /// </summary>
    public void SendFraming(PduFraming framing)
    {
        Invariant.Holds(Writer.Batch is not null);
        Writer.Batch.Framing = framing;
    }

    /// <summary>
    /// Looks whether the initiator has been silent for too long. One thread does that for all connections.
    /// </summary>
    public void CheckTime()
    {
        TargetServerOptions options = _context.Options;
        long closingSince = Volatile.Read(ref _closingSince);
        TimeSpan silence = _context.Time.GetElapsedTime(Volatile.Read(ref _lastReceived));
        if (closingSince != 0)
        {
            if (_context.Time.GetElapsedTime(closingSince) > ClosingTimeMax)
            {
                End(EndReason);
            }
        }
        else if (FullFeature is null)
        {
            if (_context.Time.GetElapsedTime(_started) > options.LoginTimeout)
            {
                End(EndReason.LoginTimeout);
            }
        }
        else if (silence <= options.KeepAliveInterval)
        {
            _isPinged = false;
        }
        else if (silence > 2 * options.KeepAliveInterval && _isPinged)
        {
            End(EndReason.KeepAlive);
        }
        else if (!_isPinged)
        {
            _isPinged = true;
            FullFeature.Ping();
        }
    }

    public Memory<byte> PlaceData(ReadOnlySpan<byte> header, int length) => _phase.PlaceData(header, length);

    public void Handle(in ReceivedPdu pdu) => _phase.Handle(pdu);

    public void EndBatch()
    {
        Volatile.Write(ref _lastReceived, _context.Time.GetTimestamp());
        _sender.Uncork();
        _sender.Cork();
    }

    public void Add(Answer answer)
    {
        if (!_answers.TryAdd(answer) || Writer.Kept.Count > _waitingMax)
        {
            End(EndReason.NotReading);
        }
    }

    public void Request(int length) => _sender.Request(length);

    /// <summary>The initiator says what it has. Only the receiving thread calls it.</summary>
    public void Acknowledge(SerialNumber expStatSN)
    {
        if (_answers.Acknowledge(expStatSN))
        {
            _sender.Request(0);
        }
    }

    public void Dispose()
    {
        _sender.Dispose();
        _io.Dispose();
    }

    // LIMIT: what the window allows, each command with its answer and its requests for data, and as much again as an
    // initiator can need that has no place in the window.
    private static int WaitingMax(TargetServerOptions options) =>
        (options.CommandsInFlightMax * (1 + options.MaxOutstandingR2T)) + 256;
}
