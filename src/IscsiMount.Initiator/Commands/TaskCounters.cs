namespace IscsiMount.Initiator.Commands;

/// <summary>What the commands of a session did so far.</summary>
internal readonly record struct TaskCounters
{
    public long CommandsEnded { get; init; }

    /// <summary>Of these, those that ended with another status than GOOD, or without one.</summary>
    public long CommandsFailed { get; init; }

    public long BytesRead { get; init; }

    public long BytesWritten { get; init; }

    /// <summary>Commands that the target has.</summary>
    public int UnderWay { get; init; }

    /// <summary>Commands that wait for the window of the target.</summary>
    public int Waiting { get; init; }

    /// <summary>This, and what was done over earlier connections.</summary>
    public TaskCounters Plus(in TaskCounters past) => this with
    {
        CommandsEnded = CommandsEnded + past.CommandsEnded,
        CommandsFailed = CommandsFailed + past.CommandsFailed,
        BytesRead = BytesRead + past.BytesRead,
        BytesWritten = BytesWritten + past.BytesWritten,
    };

    public TaskCounters Add(in CommandRequest request, in CommandResult result)
    {
        bool isGood = result.Fault is null && result.Status == Scsi.ScsiStatus.Good;
        return this with
        {
            CommandsEnded = CommandsEnded + 1,
            CommandsFailed = CommandsFailed + (isGood ? 0 : 1),
            BytesRead = BytesRead + (isGood ? result.TransferredLength : 0),
            BytesWritten = BytesWritten + (isGood ? request.WriteFrom.Length : 0),
        };
    }
}
