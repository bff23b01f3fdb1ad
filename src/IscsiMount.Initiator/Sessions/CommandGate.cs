using System.Diagnostics.CodeAnalysis;
using IscsiMount.Initiator.Commands;
using IscsiMount.Initiator.Connections;
using IscsiMount.Primitives;

namespace IscsiMount.Initiator.Sessions;

/// <summary>
/// Where the commands of a session go in, whatever connection it has at the moment. While there is none they wait here,
/// together with those that the last connection left undone; the next one gets them all, the oldest first
/// (docs/adr/0016).
/// </summary>
/// <param name="mayWait">
/// Whether the session gets another connection. Otherwise it is over with the first, and its commands fail.
/// </param>
[SuppressMessage("Design", "CA1001", Justification = "A source without a timer holds nothing of the system.")]
internal sealed class CommandGate(bool mayWait) : ICommandPort, ICommandHeir
{
    private readonly Lock _lock = new();

    // Commands change their place under this lock, so that a cancellation finds them in one or the other. It is taken
    // before any other lock, and no owner is told anything under it.
    private readonly Lock _moves = new();

    private readonly CommandQueue _waiting = new();
    private readonly CancellationTokenSource _closing = new();
    private volatile Connection? _open;
    private Connection? _last;
    private StorageFaultException? _refusal;
    private bool _isClosed;

    /// <summary>Cancelled when the session is over and nothing will ever go through again.</summary>
    public CancellationToken Closing => _closing.Token;

    /// <summary>Whether the session is over.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock)
            {
                return _isClosed;
            }
        }
    }

    /// <summary>Commands that wait for a connection.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    public void Submit(in CommandRequest command)
    {
        if (_open is { } open)
        {
            open.Submit(command);
        }
        else
        {
            WaitOrRefuse(command);
        }
    }

    public void Cancel(ICommandOwner owner, Exception cause)
    {
        var withdrawn = new List<CommandRequest>();
        Connection? last;
        lock (_moves)
        {
            lock (_lock)
            {
                last = _last;
                _waiting.Withdraw(owner, withdrawn);
            }

            last?.Tasks!.Withdraw(owner, cause, withdrawn);
        }

        TellAll(withdrawn, cause);
        last?.EndWithdrawal();
    }

    /// <summary>Lets commands through to a connection, those first that have waited.</summary>
    /// <returns>False if the session is over, so that the connection is of no use.</returns>
    public bool TryOpen(Connection connection)
    {
        TaskSet tasks = connection.Tasks!;
        List<CommandRequest> refused;
        lock (_moves)
        {
            CommandRequest[] waiting;
            lock (_lock)
            {
                if (_isClosed)
                {
                    return false;
                }

                (_open, _last, _refusal) = (connection, connection, null);
                waiting = TakeWaiting();
            }

            if (!tasks.TryAdopt(this, out SessionEndedException? ended))
            {
                Lose(tasks, ended!);
            }

            refused = Pass(waiting, tasks);
        }

        refused.ForEach(command => Tell(command, command.Unit!.Absence!));
        connection.RequestSend(0);
        return true;
    }

    /// <summary>Until there is a connection again, commands fail at once, and so do those that wait.</summary>
    public void Refuse(StorageFaultException fault)
    {
        CommandRequest[] waiting;
        lock (_lock)
        {
            if (_open is not null || _isClosed)
            {
                return;
            }

            _refusal = fault;
            waiting = TakeWaiting();
        }

        TellAll(waiting, fault);
    }

    /// <summary>The session is over, or about to be: nothing new is let through, ever.</summary>
    public void Close(SessionEndedException ending)
    {
        CommandRequest[] waiting;
        lock (_lock)
        {
            _isClosed = true;
            _refusal ??= ending;
            _open = null;
            waiting = TakeWaiting();
        }

        _closing.Cancel();
        TellAll(waiting, ending);
    }

    public IReadOnlyList<CommandRequest> TakeOver(TaskSet from, SessionEndedException fault)
    {
        var lost = new List<CommandRequest>();
        bool isOver;
        lock (_moves)
        {
            Lose(from, fault);
            List<CommandRequest> unfinished = from.TakeUnfinished();
            lock (_lock)
            {
                isOver = _isClosed;
                foreach (CommandRequest command in unfinished)
                {
                    if (_refusal is null && Replay.IsAllowed(command))
                    {
                        _waiting.Add(command);
                    }
                    else
                    {
                        lost.Add(command);
                    }
                }
            }
        }

        if (isOver)
        {
            _closing.Cancel();
        }

        return lost;
    }

    public void Inherit(TaskSet from, in CommandRequest command, SessionEndedException? refusal)
    {
        if (refusal is not null)
        {
            Lose(from, refusal);
        }

        if (command.Unit?.Absence is { } absence)
        {
            Tell(command, absence);
        }
        else
        {
            WaitOrRefuse(command);
        }
    }

    private static void TellAll(IEnumerable<CommandRequest> commands, Exception fault)
    {
        foreach (CommandRequest command in commands)
        {
            Tell(command, fault);
        }
    }

    private static void Tell(in CommandRequest command, Exception fault) =>
        command.Owner.Complete(command.Cookie, CommandResult.Failed(fault));

    // Units that were not found again are left out: the connection may lead to something else.
    private static List<CommandRequest> Pass(CommandRequest[] waiting, TaskSet tasks)
    {
        var refused = new List<CommandRequest>();
        foreach (CommandRequest command in waiting)
        {
            if (command.Unit?.Absence is null)
            {
                tasks.Submit(command);
            }
            else
            {
                refused.Add(command);
            }
        }

        return refused;
    }

    private void WaitOrRefuse(in CommandRequest command)
    {
        Connection? open;
        StorageFaultException? refusal;
        lock (_lock)
        {
            (open, refusal) = (_open, _refusal);
            if (open is null && refusal is null)
            {
                _waiting.Add(command);
                return;
            }
        }

        if (open is not null)
        {
            open.Submit(command);
        }
        else
        {
            Tell(command, refusal!);
        }
    }

    private void Lose(TaskSet tasks, SessionEndedException fault)
    {
        lock (_lock)
        {
            if (_open?.Tasks != tasks)
            {
                return;
            }

            _open = null;
            if (!mayWait || !Replay.Helps(fault.Reason))
            {
                _isClosed = true;
                _refusal = fault;
            }
        }
    }

    private CommandRequest[] TakeWaiting() => [.. Enumerable.Range(0, _waiting.Count).Select(_ => _waiting.Take())];
}
