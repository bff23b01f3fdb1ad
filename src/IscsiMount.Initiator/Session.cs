using IscsiMount.Initiator.Commands;
using IscsiMount.Initiator.Connections;
using IscsiMount.Initiator.Sessions;
using IscsiMount.Initiator.Units;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Unit;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Initiator;

/// <summary>
/// A session with one target. Any number of calls may be under way at once. With
/// <see cref="SessionOptions.ReconnectTimeout"/> it outlives its connections: calls wait for the next one and go on.
/// Once it has ended, for whatever reason, every call fails with a <see cref="SessionEndedException"/> that says why.
/// </summary>
public sealed class Session : IAsyncDisposable
{
    // LIMIT: a target that reports more than this has something else to say than its units.
    private const int LunListLengthMax = 1024 * 1024;

    private readonly SessionLife _life;
    private readonly CommandRunner _runner;
    private readonly SessionOptions _options;
    private readonly InitiatorServices _services;
    private readonly ILogger _logger;
    private bool _isLeaving;

    /// <param name="first">The connection that was logged in.</param>
    /// <param name="reconnect">Logs in again as the same initiator port, or nothing if that makes no sense.</param>
    internal Session(SessionLine first, Func<CancellationToken, Task<SessionLine>>? reconnect)
    {
        _options = first.Request.Options;
        _services = first.Request.Services;
        _logger = first.Request.Logger;
        TargetName = first.Request.TargetForPeople;
        _life = new SessionLife(first, reconnect);
        _runner = new CommandRunner(_life.Gate, _services.Time, _life.Units);
        Ended = EndAsync();
    }

    public string TargetName { get; }

    /// <summary>Where the session is, which a redirection may have changed.</summary>
    public PortalAddress Portal => _life.Line.Request.Portal;

    public SessionParameters Parameters => Connection.Login!.Parameters;

    /// <summary>
    /// Completes when the session is over: with the fault, or with nothing if it was logged out. All of its calls have
    /// ended by then.
    /// </summary>
    public Task<StorageFaultException?> Ended { get; }

    private Connection Connection => _life.Line.Connection;

    /// <summary>Connects and logs in, and follows the target to other addresses.</summary>
    /// <exception cref="ArgumentException">The options or the name cannot be used.</exception>
    /// <exception cref="LoginRefusedException">The target did not let us in.</exception>
    /// <exception cref="Transport.ConnectionLostException">There is no connection, or it broke.</exception>
    /// <exception cref="ProtocolViolationException">The target broke a rule of the protocol.</exception>
    public static Task<Session> LoginAsync(
        PortalAddress portal,
        string targetName,
        SessionOptions options,
        InitiatorServices services,
        CancellationToken cancellationToken) =>
        new LoginAttempt(options, services).LoginAsync(portal, targetName, cancellationToken);

    /// <summary>The numbers of the logical units that the target shows us.</summary>
    public async Task<IReadOnlyList<LogicalUnitNumber>> ReportLunsAsync(CancellationToken cancellationToken)
    {
        LogicalUnitList list = await AskAsync(default, new ReportLuns(), cancellationToken);
        if (list.WholeLength > ReportLuns.AllocationLengthDefault)
        {
            int length = Math.Min(list.WholeLength, LunListLengthMax);
            list = await AskAsync(default, new ReportLuns { AllocationLength = length }, cancellationToken);
        }

        return list.Units;
    }

    /// <summary>Finds out what a logical unit is, and waits until it is ready.</summary>
    /// <exception cref="UnusableLogicalUnitException">There is no disk, or none that can be used.</exception>
    /// <exception cref="ScsiCommandException">The unit is not ready, or does not tell what has to be known.</exception>
    public async Task<LogicalUnit> OpenLogicalUnitAsync(LogicalUnitNumber lun, CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskSet askedOn = Connection.Tasks!;
            UnitDescription description = await new UnitProbe(_runner, lun, cancellationToken).RunAsync();
            var standing = new UnitStanding(lun, description);
            if (_life.Units.TryAdd(standing, askedOn))
            {
                return new LogicalUnit(standing, new UnitSurroundings(
                    _life.Gate, _runner, _life.Units, _services.Time, _options.CommandsInFlightMax));
            }
        }
    }

    /// <summary>Asks a logical unit. Unit attentions and a busy unit are waited out.</summary>
    /// <exception cref="ScsiCommandException">The unit did not carry the command out.</exception>
    public Task<TAnswer> AskAsync<TAnswer>(
        LogicalUnitNumber lun, IScsiQuery<TAnswer> query, CancellationToken cancellationToken) =>
        _runner.AskAsync(lun, query, cancellationToken);

    /// <summary>Runs a command that moves no data, as <see cref="AskAsync"/> does.</summary>
    /// <exception cref="ScsiCommandException">The unit did not carry the command out.</exception>
    public Task ExecuteAsync(LogicalUnitNumber lun, Scsi.ScsiCommand command, CancellationToken cancellationToken) =>
        _runner.ExecuteAsync(lun, command, cancellationToken);

    /// <summary>
    /// Asks the task manager of the target. Commands of this session that it ends this way end as aborted ones, and
    /// those of reads and writes are repeated.
    /// </summary>
    /// <param name="function">What is asked. Single tasks are aborted by cancelling their calls.</param>
    /// <param name="lun">The unit; of no meaning for the functions that concern them all.</param>
    /// <param name="cancellationToken">Ends the waiting. The target may do it all the same.</param>
    /// <exception cref="ArgumentOutOfRangeException">The function names a task, or was not agreed on.</exception>
    public async Task<TaskManagementResult> ManageTasksAsync(
        TaskManagementFunction function, LogicalUnitNumber lun, CancellationToken cancellationToken)
    {
        bool isQuery = function
            is TaskManagementFunction.QueryTaskSet
            or TaskManagementFunction.NexusReset
            or TaskManagementFunction.QueryAsynchronousEvent;
        bool isForAll = function
            is TaskManagementFunction.TargetWarmReset
            or TaskManagementFunction.TargetColdReset
            or TaskManagementFunction.NexusReset;
        bool namesTask = function
            is TaskManagementFunction.AbortTask
            or TaskManagementFunction.TaskReassign
            or TaskManagementFunction.QueryTask;
        if (namesTask || (isQuery && Parameters.ProtocolLevel < 2))
        {
            throw new ArgumentOutOfRangeException(nameof(function), function, "This session cannot ask that.");
        }

        Connection connection = Connection;
        TaskSet tasks = connection.Tasks!;
        var task = new TaskManagementTask(function, isForAll ? default : lun, tasks.Ladder.EndConcerned);
        connection.Submit(task);
        return await WaitForAsync(task.AnswerTask, cancellationToken);
    }

    /// <summary>
    /// Tells from now on what logical units report beside their answers: changes of size, lists, reservations.
    /// </summary>
    public UnitEventFeed WatchUnits() => _life.Units.News.Open();

    /// <summary>Asks the target whether it is alive.</summary>
    /// <returns>How long the answer took.</returns>
    public async Task<TimeSpan> PingAsync(CancellationToken cancellationToken)
    {
        long start = _services.Time.GetTimestamp();
        var ping = new PingRequest();
        Connection.Submit(ping);
        await ping.AnswerTask.WaitAsync(cancellationToken);
        return _services.Time.GetElapsedTime(start);
    }

    /// <summary>While the session has no connection: tries at once to get one, and not after a pause.</summary>
    public void RetryNow() => _life.RetryNow();

    /// <summary>
    /// Waits for what is under way and logs out; a session without a connection is over at once. It always ends, within
    /// the time for a login at the latest; a token that is cancelled makes it end without the target's answer.
    /// </summary>
    public async Task LogoutAsync(CancellationToken cancellationToken = default)
    {
        var ending = new SessionEndedException(SessionEndReason.LoggedOut, "The session was logged out.");
        Volatile.Write(ref _isLeaving, true);
        _life.Leave(ending);
        Connection connection = Connection;
        using (cancellationToken.UnsafeRegister(_ => connection.Fail(ending), null))
        {
            await connection.LogoutAsync(ending, _options.LoginTimeout);
        }

        await Ended;
    }

    public SessionSnapshot Snapshot()
    {
        TaskCounters counters = _life.Counters;
        Connection connection = Connection;
        SessionEndReason? endReason = FindEndReason();
        RecoverySnapshot? recovery = endReason is null ? _life.Recovery : null;
        SessionState state = recovery is null ? SessionState.LoggedIn : SessionState.Reconnecting;
        state = Volatile.Read(ref _isLeaving) ? SessionState.LoggingOut : state;
        return new SessionSnapshot
        {
            TargetName = TargetName,
            Portal = Portal,
            LocalAddress = connection.LocalName,
            RemoteAddress = connection.RemoteName,
            State = endReason is null ? state : SessionState.Ended,
            EndReason = endReason,
            Recovery = recovery,
            ReconnectCount = _life.ReconnectCount,
            Losses = [.. _life.Units.All.Select(unit => unit.Loss).OfType<LostWritesException>()],
            Tsih = connection.Login!.Tsih,
            Parameters = Parameters,
            CommandsEnded = counters.CommandsEnded,
            CommandsFailed = counters.CommandsFailed,
            BytesRead = counters.BytesRead,
            BytesWritten = counters.BytesWritten,
            CommandsUnderWay = counters.UnderWay,
            CommandsWaiting = counters.Waiting,
        };
    }

    /// <summary>Logs out if that has not happened yet.</summary>
    public async ValueTask DisposeAsync() => await LogoutAsync();

    /// <summary>Sends key=value pairs and waits for the whole answer.</summary>
    internal async Task<TextKeys> AskTextAsync(
        TextKeys question, int answerLengthMax, CancellationToken cancellationToken)
    {
        var exchange = new TextExchange(question, Parameters.TargetMaxRecvDataSegmentLength, answerLengthMax);
        var task = new TextTask(exchange);
        Connection.Submit(task);
        return await WaitForAsync(task.AnswerTask, cancellationToken);
    }

    private async Task<TAnswer> WaitForAsync<TAnswer>(Task<TAnswer> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.WaitAsync(_options.CommandTimeout, _services.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new CommandTimedOutException(_options.CommandTimeout);
        }
    }

    private SessionEndReason? FindEndReason()
    {
        if (!Ended.IsCompletedSuccessfully)
        {
            return null;
        }

        return Ended.Result is SessionEndedException ended ? ended.Reason : SessionEndReason.LoggedOut;
    }

    private async Task<StorageFaultException?> EndAsync()
    {
        SessionEndedException ended = await _life.RunAsync();
        _life.Units.News.End();
        if (ended.Reason == SessionEndReason.LoggedOut)
        {
            _logger.SessionEnded(TargetName, Portal.ToString(), ended.Reason);
            return null;
        }

        _logger.SessionLost(ended, TargetName, Portal.ToString(), ended.Reason);
        return ended;
    }
}
