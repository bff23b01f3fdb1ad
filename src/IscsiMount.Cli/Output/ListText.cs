using System.Globalization;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Output;

/// <summary>Each list of the contract as a table for people.</summary>
internal static class ListText
{
    public static void Targets(TextWriter writer, Document document, bool isTerminal)
    {
        var table = new TextTable("TARGET", "PORTALS", "STATE");
        foreach (TargetReport target in document.Targets ?? [])
        {
            table.Add(target.Name, string.Join(' ', target.Portals), target.IsLoggedIn ? "logged in" : "");
        }

        table.Write(writer, isTerminal);
    }

    public static void Sessions(TextWriter writer, Document document, bool isTerminal)
    {
        var table = new TextTable("SESSION", "STATE", "TARGET", "PORTAL", "SINCE");
        foreach (SessionReport session in document.Sessions ?? [])
        {
            string state = session.State switch
            {
                SessionState.LoggedIn => "logged in",
                SessionState.Reconnecting => session.Recovery is { IsFailing: true } ? "away" : "reconnecting",
                SessionState.Failed => "failed",
            };
            table.Add(Number(session.Id), state, session.Target, session.Portal, Time(session.Since));
        }

        table.Write(writer, isTerminal);
    }

    public static void Connections(TextWriter writer, Document document, bool isTerminal)
    {
        var table = new TextTable("SESSION", "CID", "LOCAL", "REMOTE", "HEADER DIGEST", "DATA DIGEST");
        foreach (ConnectionReport connection in document.Connections ?? [])
        {
            table.Add(
                Number(connection.Session), Number(connection.Id), connection.LocalAddress, connection.RemoteAddress,
                connection.HeaderDigest, connection.DataDigest);
        }

        table.Write(writer, isTerminal);
    }

    public static void Luns(TextWriter writer, Document document, bool isTerminal)
    {
        var table = new TextTable("SESSION", "LUN", "SIZE", "BLOCK", "TABLE", "DEVICE", "TARGET");
        foreach (LunReport lun in document.Luns ?? [])
        {
            table.Add(
                Number(lun.Session), lun.Lun.ToString(CultureInfo.InvariantCulture), SizeText.Format(lun.SizeBytes),
                lun.BlockLength?.ToString(CultureInfo.InvariantCulture), lun.PartitionTable,
                lun.Reason ?? $"{lun.Vendor} {lun.Product}".Trim(), lun.Target);
        }

        table.Write(writer, isTerminal);
    }

    public static void Volumes(TextWriter writer, Document document, bool isTerminal)
    {
        var table = new TextTable("VOLUME", "FILE SYSTEM", "LABEL", "SIZE", "MOUNTED AT", "TARGET");
        foreach (VolumeReport volume in document.Volumes ?? [])
        {
            string place = volume.Damage is null ? volume.MountPoint ?? "" : "(damaged)";
            table.Add(
                volume.Id, volume.FileSystem, volume.Label, SizeText.Format(volume.SizeBytes), place, volume.Target);
        }

        table.Write(writer, isTerminal);
    }

    public static void Mounts(TextWriter writer, Document document, bool isTerminal)
    {
        var table = new TextTable("MOUNTED AT", "VOLUME", "ACCESS", "FILE SYSTEM", "LABEL", "SIZE", "USED");
        foreach (MountReport mount in document.Mounts ?? [])
        {
            table.Add(
                mount.MountPoint, mount.Volume, Access(mount.Access), mount.FileSystem, mount.Label,
                SizeText.Format(mount.SizeBytes), SizeText.Format(mount.UsedBytes));
        }

        table.Write(writer, isTerminal);
    }

    public static string Access(MountAccess access) => access switch
    {
        MountAccess.ReadOnly => "read-only",
        MountAccess.ReadWrite => "read-write",
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) =>
        time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
