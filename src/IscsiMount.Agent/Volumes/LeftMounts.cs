using IscsiMount.Mounting;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Agent.Volumes;

/// <summary>Clears the mounts of an agent that died: whoever looks at one of them only gets errors.</summary>
internal sealed class LeftMounts(MountJournal journal, MountPlaces places, IMounter mounter, ILogger logger)
{
    public async Task ClearAsync(CancellationToken cancellationToken)
    {
        foreach (MountJournalEntry left in journal.ReadLeft())
        {
            await ClearAsync(left, cancellationToken);
        }

        journal.Clear();
        places.Tidy();
    }

    private async Task ClearAsync(MountJournalEntry left, CancellationToken cancellationToken)
    {
        try
        {
            bool isRemoved = await mounter.RemoveStaleAsync(left.MountPoint, cancellationToken);
            if (left.IsMade)
            {
                Directory.Delete(left.MountPoint, recursive: false);
            }

            if (isRemoved)
            {
                logger.StaleMountCleared(left.MountPoint);
            }
        }
        catch (IOException failure)
        {
            // MountException among them. One that resists must not keep the agent from starting.
            logger.StaleMountKept(left.MountPoint, failure.Message);
        }
        catch (UnauthorizedAccessException failure)
        {
            logger.StaleMountKept(left.MountPoint, failure.Message);
        }
    }
}
