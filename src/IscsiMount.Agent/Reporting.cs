using System.Globalization;
using IscsiMount.Agent.Sessions;
using IscsiMount.Agent.Volumes;
using IscsiMount.Block.Partitions;
using IscsiMount.Control.Reports;
using IscsiMount.FileSystems;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using HeldState = IscsiMount.Initiator.SessionState;
using SessionState = IscsiMount.Control.Reports.SessionState;

namespace IscsiMount.Agent;

/// <summary>What the agent holds, in the words of the contract.</summary>
internal sealed class Reporting(TimeProvider time)
{
    /// <summary>How long a volume may take to tell how full it is; then this is left out.</summary>
    private static readonly TimeSpan SpacePatience = TimeSpan.FromSeconds(1);

    public static SessionReport Report(HeldSession held)
    {
        SessionSnapshot snapshot = held.Session.Snapshot();
        return new SessionReport
        {
            Id = held.Id,
            State = StateOf(snapshot.State),
            Target = held.Target.Value,
            Portal = held.Portal.ToString(),
            RedirectedBy = held.Portal == held.AskedPortal ? null : held.AskedPortal.ToString(),
            InitiatorName = held.InitiatorName,
            Since = held.Since,
            Reason = snapshot.State == HeldState.LoggedIn ? null : WhyAway(held, snapshot),
            ReconnectCount = snapshot.ReconnectCount,
            Recovery = snapshot.Recovery is not { } recovery ? null : new RecoveryReport
            {
                Since = recovery.Since,
                Attempts = recovery.AttemptCount,
                NextAttempt = recovery.NextAttempt,
                IsFailing = recovery.IsBoundOver,
            },
        };
    }

    public static IEnumerable<ConnectionReport> ReportConnections(HeldSession held)
    {
        SessionSnapshot snapshot = held.Session.Snapshot();
        if (snapshot.State == HeldState.LoggedIn)
        {
            yield return new ConnectionReport
            {
                Session = held.Id,
                Id = 0,
                LocalAddress = snapshot.LocalAddress,
                RemoteAddress = snapshot.RemoteAddress,
                HeaderDigest = snapshot.Parameters.HeaderDigest.ToString(),
                DataDigest = snapshot.Parameters.DataDigest.ToString(),
            };
        }
    }

    public static LunReport Report(HeldSession held, HeldUnit unit) => new()
    {
        Session = held.Id,
        Lun = LunNumber.Of(unit.Lun),
        Target = held.Target.Value,
        Vendor = unit.Device?.Identity.Vendor,
        Product = unit.Device?.Identity.Product,
        SerialNumber = unit.Device?.Identity.SerialNumber,
        BlockLength = unit.Device?.BlockLength,
        BlockCount = unit.Device?.BlockCount,
        SizeBytes = unit.Device is { } device ? (long)device.BlockCount * device.BlockLength : null,
        IsWriteProtected = unit.Device?.Traits.IsReadOnly,
        PartitionTable = unit.Scan?.Scheme switch
        {
            PartitionScheme.None => "none",
            PartitionScheme.Mbr => "mbr",
            PartitionScheme.Gpt => "gpt",
            null => null,
        },
        Reason = unit.Reason,
    };

    public static VolumeReport Report(HeldSession held, HeldVolume volume) => new()
    {
        Id = volume.Id.ToString(),
        Session = volume.Id.Session,
        Lun = volume.Id.Lun,
        Partition = volume.Id.Partition,
        Target = volume.Target,
        Url = string.Create(
            CultureInfo.InvariantCulture,
            $"iscsi://{held.Portal}/{volume.Target}/{volume.Id.Lun}/{volume.Id.Partition}"),
        FileSystem = volume.Found?.Format ?? VolumeReport.Unknown,
        Label = volume.Found?.Label ?? "",
        SerialNumber = volume.Found is { SerialNumber: not 0 } found
            ? found.SerialNumber.ToString("X16", CultureInfo.InvariantCulture)
            : null,
        OffsetBytes = volume.OffsetBytes,
        SizeBytes = volume.SizeBytes,
        MountPoint = volume.Mounted?.MountPoint,
        Damage = volume.Found?.Damage,
    };

    /// <summary>A mount with what its file system says of itself.</summary>
    public async Task<MountReport> ReportAsync(HeldVolume volume, MountedVolume mounted)
    {
        VolumeDescription description = mounted.FileSystem.Description;
        return new MountReport
        {
            Volume = volume.Id.ToString(),
            MountPoint = mounted.MountPoint,
            Target = volume.Target,
            Access = MountAccess.ReadOnly,
            AccessReasons =
            [
                new AccessReason("version-reads-only", "This version does not write to volumes.", ""),
                .. description.ReadOnlyReasons.Select(
                    reason => new AccessReason(reason.Code, reason.What, reason.Cure)),
            ],
            FileSystem = description.Format,
            Label = description.Label,
            SizeBytes = description.SizeBytes,
            UsedBytes = await FindUsedAsync(mounted.FileSystem),
            Since = mounted.Since,
        };
    }

    /// <summary>Why a session cannot be used now.</summary>
    public static string WhyAway(HeldSession held, SessionSnapshot snapshot)
    {
        if (snapshot.Recovery is { LastFailure: { } failure })
        {
            return failure.Message;
        }

        return held.Session.Ended is { IsCompletedSuccessfully: true, Result: { } fault }
            ? fault.Message
            : "The session has ended.";
    }

    private static SessionState StateOf(HeldState state) => state switch
    {
        HeldState.LoggedIn => SessionState.LoggedIn,
        HeldState.Reconnecting => SessionState.Reconnecting,
        HeldState.LoggingOut or HeldState.Ended => SessionState.Failed,
    };

    private async Task<long?> FindUsedAsync(IFileSystem fileSystem)
    {
        using var enough = new CancellationTokenSource(SpacePatience, time);
        try
        {
            FsResult<VolumeSpace> answer = await fileSystem.GetSpaceAsync(enough.Token);

            // The volume may have answered on the thread that receives for its connection.
            await Task.Yield();
            return answer.TryGet(out VolumeSpace space) ? space.SizeBytes - space.FreeBytes : null;
        }
        catch (StorageFaultException)
        {
            // What is wrong with it is told elsewhere.
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (ObjectDisposedException)
        {
            // Unmounted while we looked.
            return null;
        }
    }
}
