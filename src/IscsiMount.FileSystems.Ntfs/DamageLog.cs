using IscsiMount.Primitives;
using Microsoft.Extensions.Logging;

namespace IscsiMount.FileSystems.Ntfs;

/// <summary>Tells the log what is damaged on a volume, and falls silent before it fills it.</summary>
internal sealed class DamageLog(ILogger logger, ulong serialNumber)
{
    // LIMIT: whoever has read this many knows that the volume wants a check.
    private const int ReportsMax = 200;

    private int _reports;

    /// <summary>Reports damage that concerns one file, and gives the answer that its reader gets.</summary>
    public FsStatus Report(ulong number, DamagedMediumException damage)
    {
        if (MayReport())
        {
            logger.FileDamaged(number, serialNumber, damage.Message);
        }

        return FsStatus.DamagedFile;
    }

    /// <summary>Reports that a part of a file could not be read and was given as zeroes.</summary>
    public void ReportGap(ulong number, string what)
    {
        if (MayReport())
        {
            logger.FileReadWithGaps(number, serialNumber, what);
        }
    }

    private bool MayReport()
    {
        int report = Volatile.Read(ref _reports) > ReportsMax ? ReportsMax + 1 : Interlocked.Increment(ref _reports);
        if (report == ReportsMax)
        {
            logger.TooMuchDamage(serialNumber, report);
        }

        return report < ReportsMax;
    }
}
