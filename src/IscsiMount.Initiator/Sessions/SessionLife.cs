using System.Diagnostics.CodeAnalysis;
using IscsiMount.Initiator.Commands;
using IscsiMount.Initiator.Connections;
using IscsiMount.Primitives;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Initiator.Sessions;

/// <summary>Where a connection of a session leads, after all redirections.</summary>
internal sealed record SessionLine(Connection Connection, ConnectionRequest Request);

/// <summary>
/// The connections of a session, one after the other: when one is lost, the session is reinstated over the next (RFC
/// 7143 §7.15), its units are recognised, and then the commands go on that were left undone.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without a timer holds nothing of the system.")]
internal sealed class SessionLife
{
    // A session that lived this long is not in a row with those that broke at once.
    private static readonly TimeSpan StableTime = TimeSpan.FromSeconds(30);

    private readonly SessionOptions _options;
    private readonly InitiatorServices _services;
    private readonly ILogger _logger;
    private readonly string _target;
    private readonly Func<CancellationToken, Task<SessionLine>>? _reconnect;
    private readonly UnitRecognition _recognition;
    private readonly Backoff _backoff;
    private readonly CancellationTokenSource _leaving = new();
    private readonly RecoveryRecord _record;
    private volatile SessionLine _line;
    private Task _keepAlive;
    private long _openedAt;
    private TaskCounters _past;

    public SessionLife(SessionLine first, Func<CancellationToken, Task<SessionLine>>? reconnect)
    {
        ConnectionRequest request = first.Request;
        (_options, _services, _logger, _target) =
            (request.Options, request.Services, request.Logger, request.TargetForPeople);
        (_line, _reconnect) = (first, reconnect);
        _backoff = new Backoff(_services.Chance);
        _record = new RecoveryRecord(_services.Time);
        _openedAt = _services.Time.GetTimestamp();
        Units = new UnitRegister(_target, _logger);
        _recognition = new UnitRecognition(Units, _target, _services.Time, _logger);
        Gate = new CommandGate(mayWait: reconnect is not null && _options.ReconnectTimeout is not null);
        Units.TrySwitch(first.Connection.Tasks!);
        Gate.TryOpen(first.Connection);
        _keepAlive = KeepAliveAsync(first.Connection);
    }

    public CommandGate Gate { get; }

    public UnitRegister Units { get; }

    /// <summary>The present connection, or the last one.</summary>
    public SessionLine Line => _line;

    /// <summary>Whether the session has no connection and tries to get one, and how that goes.</summary>
    public RecoverySnapshot? Recovery => _record.Snapshot();

    public int ReconnectCount => _record.ReconnectCount;

    /// <summary>What was done over all connections.</summary>
    public TaskCounters Counters
    {
        get
        {
            TaskCounters present = _line.Connection.Tasks!.Counters;
            return present.Plus(_past) with { Waiting = present.Waiting + Gate.WaitingCount };
        }
    }

    /// <summary>Runs until the session is over.</summary>
    /// <returns>Why it is over.</returns>
    public async Task<SessionEndedException> RunAsync()
    {
        while (true)
        {
            SessionEndedException ended = await _line.Connection.Ended;
            await _keepAlive;
            if (Gate.IsClosed)
            {
                return ended;
            }

            if (!await TryRecoverAsync(ended))
            {
                return LoggedOut();
            }
        }
    }

    /// <summary>Does not wait any longer for the next attempt.</summary>
    public void RetryNow() => _record.Wake();

    /// <summary>The session is to end. Whatever waits for a connection fails, and no other is made.</summary>
    public void Leave(SessionEndedException ending)
    {
        Gate.Close(ending);
        _leaving.Cancel();
    }

    private static SessionEndedException LoggedOut() =>
        new(SessionEndReason.LoggedOut, "The session was logged out.");

    private Task KeepAliveAsync(Connection connection) =>
        new KeepAlive(connection, _options, _services.Time).RunAsync();

    private async Task<bool> TryRecoverAsync(SessionEndedException lost)
    {
        TimeSpan bound = _options.ReconnectTimeout!.Value;
        _logger.ConnectionLost(lost, _target, lost.Reason, bound);
        if (_services.Time.GetElapsedTime(_openedAt) >= StableTime)
        {
            _backoff.Reset();
        }

        _record.Begin(lost);
        using var late = new CancellationTokenSource(bound, _services.Time);
        using (late.Token.UnsafeRegister(_ => RefuseForNow(bound), null))
        {
            await WaitAsync(lost.Time2Wait ?? _line.Connection.Login!.Parameters.DefaultTime2Wait, mayBeWoken: false);
            while (!_leaving.IsCancellationRequested)
            {
                if (await TryOnceAsync())
                {
                    return !_leaving.IsCancellationRequested;
                }

                await WaitAsync(_backoff.Next(), mayBeWoken: true);
            }
        }

        return false;
    }

    private void RefuseForNow(TimeSpan bound)
    {
        _record.IsBoundOver = true;
        _logger.TargetUnreachable(_target, bound);
        Gate.Refuse(new TargetUnreachableException(_target, bound, _record.LastFailure));
    }

    private async Task WaitAsync(TimeSpan pause, bool mayBeWoken)
    {
        using var sleep = CancellationTokenSource.CreateLinkedTokenSource(_leaving.Token);
        _record.Sleep(pause, mayBeWoken ? sleep : null);
        try
        {
            await Task.Delay(pause, _services.Time, sleep.Token);
        }
        catch (OperationCanceledException)
        {
            // Somebody wants it now, or not at all.
        }

        _record.Sleep(TimeSpan.Zero, null);
    }

    private async Task<bool> TryOnceAsync()
    {
        _record.Attempt();
        try
        {
            await ConnectAsync();
            return true;
        }
        catch (StorageFaultException fault)
        {
            _record.LastFailure = fault;
            _logger.ReconnectFailed(_target, _record.AttemptCount, fault.Message);
            return false;
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task ConnectAsync()
    {
        SessionLine next = await _reconnect!(_leaving.Token);
        Connection connection = next.Connection;
        Task keepAlive = KeepAliveAsync(connection);
        try
        {
            // A target that says nothing more must not keep who wants to leave.
            using (_leaving.Token.UnsafeRegister(_ => connection.Fail(LoggedOut()), null))
            {
                await _recognition.RunAsync(connection, _leaving.Token);
            }
        }
        catch
        {
            connection.Fail(LoggedOut());
            await connection.Ended;
            await keepAlive;
            throw;
        }

        _past = _line.Connection.Tasks!.Counters.Plus(_past);
        (_line, _keepAlive, _openedAt) = (next, keepAlive, _services.Time.GetTimestamp());
        TimeSpan away = _record.End();
        if (Gate.TryOpen(connection))
        {
            _logger.Reconnected(_target, next.Request.Portal.ToString(), away);
        }
        else
        {
            await connection.LogoutAsync(LoggedOut(), _options.LoginTimeout);
        }
    }
}
