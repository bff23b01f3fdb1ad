using IscsiMount.Initiator.Commands;
using IscsiMount.Initiator.Units;
using IscsiMount.Primitives;
using IscsiMount.Scsi.Sense;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Initiator.Sessions;

/// <summary>The logical units that a session has opened, and what they report of themselves meanwhile.</summary>
internal sealed class UnitRegister(string target, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly List<UnitStanding> _units = [];
    private TaskSet? _current;

    public DeferredErrors DeferredErrors { get; } = new();

    /// <summary>Those that want to hear what units report.</summary>
    public UnitNews News { get; } = new();

    public IReadOnlyList<UnitStanding> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _units];
            }
        }
    }

    /// <summary>Takes in a unit that was described over a connection.</summary>
    /// <returns>False if there is another connection by now, over which it has to be described again.</returns>
    public bool TryAdd(UnitStanding unit, TaskSet describedOn)
    {
        lock (_lock)
        {
            if (_current != describedOn)
            {
                return false;
            }

            unit.Recognize(describedOn);
            _units.Add(unit);
            return true;
        }
    }

    /// <summary>Forgets a unit. Nobody may use it any more.</summary>
    public void Remove(UnitStanding unit)
    {
        lock (_lock)
        {
            _units.Remove(unit);
        }

        unit.TakeOffline(new UnusableLogicalUnitException(unit.Lun, "it was closed."));
    }

    /// <summary>Goes over to another connection.</summary>
    /// <returns>False if there are units that were not looked for there.</returns>
    public bool TrySwitch(TaskSet tasks)
    {
        lock (_lock)
        {
            if (!_units.TrueForAll(unit => unit.IsRecognizedOn(tasks) || unit.Absence is not null))
            {
                return false;
            }

            _current = tasks;
            return true;
        }
    }

    /// <summary>Looks at the end of a command for what its unit reports of itself. On the receiving thread.</summary>
    public void Attend(LogicalUnitNumber lun, in CommandResult result)
    {
        if (result.Sense is not { } sense)
        {
            return;
        }

        if (sense.IsDeferred)
        {
            DeferredErrors.Keep(lun, sense);
        }
        else if (sense.Key == SenseKey.UnitAttention)
        {
            AttendToNews(lun, sense);
        }
    }

    private void AttendToNews(LogicalUnitNumber lun, SenseData sense)
    {
        if (MeansRestart(sense.Additional))
        {
            LoseMemory(lun);
        }

        UnitEvent news = News.Tell(lun, sense);
        logger.UnitReported(target, lun, news.Topic, news.Detail);
    }

    private void LoseMemory(LogicalUnitNumber lun)
    {
        foreach (UnitStanding unit in All.Where(unit => unit.Lun == lun))
        {
            long count = unit.LoseMemory();
            if (count > 0)
            {
                logger.WritesLost(target, lun, count);
            }
        }
    }

    // 29h is about power, resets and the nexus. A reset of the unit by an initiator, the loss of a nexus and a change
    // of the transceiver leave its memory alone; whatever else there is may be a restart.
    private static bool MeansRestart(AdditionalSense sense) =>
        sense is { Code: 0x29, Qualifier: not (0x03 or 0x05 or 0x06 or 0x07) };
}
