using IscsiMount.FileSystems.Ntfs.Volume;

namespace IscsiMount.FileSystems.Ntfs.Writing.Commits;

/// <summary>How it ended to bring a volume back that we had not dismounted.</summary>
internal enum RecoveryOutcome
{
    /// <summary>Nothing was under way that reached the volume.</summary>
    NothingToDo,

    /// <summary>The last group was written again as a whole.</summary>
    Replayed,

    /// <summary>Somebody else has written to the volume since. Nothing was touched.</summary>
    ChangedByOthers,
}

/// <summary>Writes the last group of a mount again that did not end as it should.</summary>
internal static class IntentRecovery
{
    private const int Halves = 2;

    public static async ValueTask<RecoveryOutcome> RunAsync(
        MountIdentity mount, VolumeMedium medium, DeviceWriter writer, CancellationToken cancellationToken)
    {
        IntentImage? newest = null;
        for (int half = 0; half < Halves; half++)
        {
            IntentImage? intent = await FindAsync(mount, half, medium, cancellationToken);
            newest = intent is not null && (newest is null || intent.Group > newest.Group) ? intent : newest;
        }

        if (newest is null)
        {
            return RecoveryOutcome.NothingToDo;
        }

        foreach (IntentTarget target in newest.Targets)
        {
            if (!await IsExpectedAsync(target, medium, cancellationToken))
            {
                return RecoveryOutcome.ChangedByOthers;
            }
        }

        await writer.WriteAllAsync(
            newest.Targets.Select(target => (target.Offset, target.Image.ToArray())), cancellationToken);
        await writer.FlushAsync(cancellationToken);
        return RecoveryOutcome.Replayed;
    }

    private static async ValueTask<IntentImage?> FindAsync(
        MountIdentity mount, int half, VolumeMedium medium, CancellationToken cancellationToken)
    {
        long offset = mount.AreaOffset + (half * mount.HalfLength);
        byte[] head = new byte[IntentImage.SectorSize];
        await medium.ReadDeviceAsync(offset, head, cancellationToken);
        if (IntentImage.LengthOf(head, mount) is not { } length || length > mount.HalfLength)
        {
            return null;
        }

        byte[] bytes = new byte[(int)length];
        await medium.ReadDeviceAsync(offset, bytes, cancellationToken);
        return IntentImage.TryRead(bytes, out IntentImage? intent) ? intent : null;
    }

    private static async ValueTask<bool> IsExpectedAsync(
        IntentTarget target, VolumeMedium medium, CancellationToken cancellationToken)
    {
        if (target.Offset < 0 || target.Offset > medium.SizeBytes - target.Length)
        {
            return false;
        }

        byte[] found = new byte[target.Length];
        await medium.ReadDeviceAsync(target.Offset, found, cancellationToken);
        return target.Expects(found);
    }
}
