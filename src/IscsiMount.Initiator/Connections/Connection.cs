using System.Diagnostics.CodeAnalysis;
using IscsiMount.Initiator.Commands;
using IscsiMount.Primitives;
using IscsiMount.Protocol;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Sense;
using IscsiMount.Transport;
using IscsiMount.Transport.Framing;

namespace IscsiMount.Initiator.Connections;

/// <summary>
/// The one connection of a session and the thread that serves it: connects, logs in, receives until the end, and then
/// gives back what was under way. Nothing of a caller is touched once <see cref="Ended"/> is complete.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Its thread disposes of all; nobody else could in time.")]
internal sealed class Connection(ConnectionRequest request) : IPduHandler, IPduSource, IConnectionEvents, ICommandPort
{
    // Both are completed by the receiving thread, which must not run what waits for them.
    private readonly TaskCompletionSource<LoginStep> _loginEnded = NewSource<LoginStep>();
    private readonly TaskCompletionSource<SessionEndedException> _ended = NewSource<SessionEndedException>();
    private readonly CancellationTokenSource _givingUp = new();
    private IConnectionIo? _io;
    private PduSender? _sender;
    private PduReceiver? _receiver;
    private IConnectionPhase? _phase;
    private Exception? _fault;
    private bool _isDone;
    private volatile uint _lastReceivedTick;
    private int _isLeaving;
    private Task _logout = Task.CompletedTask;

    /// <summary>What is under way. There is nothing before the login has ended well.</summary>
    public TaskSet? Tasks { get; private set; }

    public LoginResult? Login { get; private set; }

    public string LocalName => _io?.LocalName ?? "";

    public string RemoteName => _io?.RemoteName ?? "";

    /// <summary>Completes with the reason when the connection is over and its thread gone.</summary>
    public Task<SessionEndedException> Ended => _ended.Task;

    /// <summary>The tick in which the target was last heard.</summary>
    public uint LastReceivedTick => _lastReceivedTick;

    /// <summary>Ends what waits beside the connection, once the connection ends.</summary>
    public CancellationToken GivingUp => _givingUp.Token;

    /// <summary>Connects and logs in. Whatever the outcome but success, the connection is over afterwards.</summary>
    /// <returns>The last step of the login.</returns>
    /// <exception cref="ConnectionLostException">There is no connection, or it broke.</exception>
    /// <exception cref="ProtocolViolationException">The target broke a rule.</exception>
    public async Task<LoginStep> StartAsync(CancellationToken cancellationToken)
    {
        TimeSpan timeout = request.Options.LoginTimeout;
        using var late = new CancellationTokenSource(timeout, request.Services.Time);
        var thread = new Thread(Run) { IsBackground = true, Name = $"iSCSI {request.TargetForPeople}" };
        thread.Start();
        using (late.Token.UnsafeRegister(_ => Fail(LoginTooSlow(timeout)), null))
        using (cancellationToken.UnsafeRegister((_, token) => Fail(new OperationCanceledException(token)), null))
        {
            return await _loginEnded.Task;
        }
    }

    public void RequestSend(int length) => _sender!.Request(length);

    public void Submit(in CommandRequest command)
    {
        Tasks!.Submit(command);
        RequestSend(BasicHeader.Length + command.WriteFrom.Length);
    }

    public void Submit(ControlRequest control)
    {
        Tasks!.Submit(control);
        RequestSend(BasicHeader.Length);
    }

    public void Cancel(ICommandOwner owner, Exception cause)
    {
        var withdrawn = new List<CommandRequest>();
        Tasks!.Withdraw(owner, cause, withdrawn);
        withdrawn.ForEach(command => command.Owner.Complete(command.Cookie, CommandResult.Failed(cause)));
        EndWithdrawal();
    }

    /// <summary>Commands were withdrawn: there may be none left to wait for, or aborts to send.</summary>
    public void EndWithdrawal()
    {
        Tasks!.SignalIfIdle();
        RequestSend(BasicHeader.Length);
    }

    /// <summary>
    /// Ends the session in order: no new commands, those under way are waited for, then the logout. It ends within the
    /// given time, whatever the target does.
    /// </summary>
    public async Task LogoutAsync(SessionEndedException ending, TimeSpan within)
    {
        using var late = new CancellationTokenSource(within, request.Services.Time);
        using (late.Token.UnsafeRegister(_ => GiveUpLogout(ending), null))
        {
            Task drained = Tasks!.DrainAsync(ending);
            await Task.WhenAny(drained, Ended);
            if (!Ended.IsCompleted && Interlocked.Exchange(ref _isLeaving, 1) == 0)
            {
                Interlocked.CompareExchange(ref _fault, ending, null);
                Submit(new LogoutTask());
            }

            await Ended;
        }
    }

    public void Fail(Exception fault)
    {
        Interlocked.CompareExchange(ref _fault, fault, null);
        _givingUp.Cancel();
        Volatile.Read(ref _io)?.Abort();
    }

    public void LogoutRequested(TimeSpan within)
    {
        request.Logger.LogoutRequested(request.TargetForPeople, within);
        var ending = new SessionEndedException(
            SessionEndReason.LogoutRequested, "The target asked us to log out, and we did.");

        // Kept, and over when the connection is: LogoutAsync waits for its end.
        _logout = LogoutAsync(ending, within < request.Options.LoginTimeout ? within : request.Options.LoginTimeout);
    }

    public void LoggedOut() => _isDone = true;

    public void Rejected(RejectReason reason, byte opcode) =>
        request.Logger.PduRejected(request.TargetForPeople, opcode, reason);

    public void EventReceived(AsyncEvent received, LogicalUnitNumber lun, SenseData? sense) =>
        request.Logger.EventReceived(request.TargetForPeople, received, lun, sense?.Additional);

    Memory<byte> IPduHandler.PlaceData(ReadOnlySpan<byte> header, int length) => _phase!.PlaceData(header, length);

    void IPduHandler.Handle(in ReceivedPdu pdu) => _phase!.Handle(pdu);

    void IPduHandler.EndBatch() => _lastReceivedTick = Tasks?.Tick ?? 0;

    void IPduSource.Fill(PduBatch batch) => _phase!.Fill(batch);

    void IPduSource.EndBatch() => ((IPduSource)_phase!).EndBatch();

    void IPduSource.Fail(Exception fault) => Fail(fault);

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static ConnectionLostException LoginTooSlow(TimeSpan timeout) =>
        new($"The login did not end within {timeout.TotalSeconds:0.#} s.") { Failure = ConnectFailure.TimedOut };

    private void Run()
    {
        try
        {
            Open();
            StartLogin();
            Receive();
        }
        catch (Exception fault)
        {
            // Boundary: the head of the receiving thread. Faults and bugs alike end this connection and nothing else.
            Fail(fault);
        }

        End();
    }

    private void Open()
    {
        IConnectionIo io = request.Services.Connector.Connect(
            request.Portal.Host, request.Portal.Port, request.Options.LoginTimeout, _givingUp.Token);
        Volatile.Write(ref _io, io);
        if (Volatile.Read(ref _fault) is not null)
        {
            io.Abort();
        }

        _sender = new PduSender(io, this, CorkLimit.OfInitiator);
        _receiver = new PduReceiver(io, this);
    }

    private void StartLogin()
    {
        var machine = new LoginMachine(request.Identity, request.Offer, request.Options.Authentication());
        var login = new LoginPhase(machine, () => RequestSend(0), EndLogin);
        _phase = login;
        login.Start();
    }

    private void EndLogin(LoginStep step)
    {
        if (step is LoginStep.Finished { Result: var result })
        {
            SessionParameters parameters = result.Parameters;
            var framing = new PduFraming
            {
                HasHeaderDigest = parameters.HeaderDigest != DigestKind.None,
                HasDataDigest = parameters.DataDigest != DigestKind.None,
                MaxRecvDataSegmentLength = parameters.InitiatorMaxRecvDataSegmentLength,
            };
            Login = result;
            var state = new TaskState(result, request.Options.CommandsInFlightMax);
            Tasks = new TaskSet(state);
            var order = new SendOrder(state, Tasks, parameters);
            _phase = new FullFeaturePhase(Tasks, order, parameters, framing, this);
            _receiver!.Framing = framing;
        }
        else
        {
            _isDone = true;
        }

        _loginEnded.TrySetResult(step);
    }

    private void Receive()
    {
        ReceiveOutcome outcome = ReceiveOutcome.Continues;
        while (outcome == ReceiveOutcome.Continues && !_isDone)
        {
            _sender!.Cork();
            outcome = _receiver!.ReceiveBatch();
            _sender.Uncork();
        }

        if (!_isDone)
        {
            throw outcome == ReceiveOutcome.HeaderDigestMismatch
                ? new SessionEndedException(
                    SessionEndReason.DigestMismatch, "The header of a PDU does not match its digest.")
                : new ConnectionLostException("The target ended the connection.");
        }
    }

    private void GiveUpLogout(SessionEndedException ending)
    {
        request.Logger.LogoutUnanswered(request.TargetForPeople);
        Fail(ending);
    }

    private void End()
    {
        bool isOrderly = _isDone && _sender!.TryStop();
        if (!isOrderly)
        {
            _io?.Abort();
            _sender?.Stop();
        }

        Exception fault = Interlocked.CompareExchange(ref _fault, null, null)
            ?? new SessionEndedException(SessionEndReason.LoggedOut, "The session was closed.");
        SessionEndedException ended = ToEnd(fault);
        Tasks?.Close(ended);
        _io?.Dispose();
        _sender?.Dispose();
        _givingUp.Cancel();
        _loginEnded.TrySetException(fault);
        _ended.TrySetResult(ended);
    }

    private SessionEndedException ToEnd(Exception fault)
    {
        switch (fault)
        {
            case SessionEndedException ended:
                return ended;
            case ConnectionLostException lost:
                return new(SessionEndReason.ConnectionLost, lost.Message, lost);
            case StorageFaultException broken:
                return new(SessionEndReason.ProtocolViolated, broken.Message, broken);
            case OperationCanceledException cancelled:
                return new(SessionEndReason.LoggedOut, "The login was cancelled.", cancelled);
            default:
                request.Logger.Bug(fault, request.TargetForPeople, request.Portal.ToString());
                return new(SessionEndReason.Bug, "A bug of this program ended the session.", fault);
        }
    }
}
