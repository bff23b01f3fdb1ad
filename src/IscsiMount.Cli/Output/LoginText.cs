using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Output;

/// <summary>What came of a login, a logout, a mount or an unmount.</summary>
internal static class LoginText
{
    public static void Write(TextWriter writer, Document document)
    {
        foreach (SessionReport session in document.Sessions ?? [])
        {
            string by = session.RedirectedBy is { } asked ? $", where {asked} sent us," : "";
            writer.WriteLine($"Logged in to {session.Target} at {session.Portal}{by} as session {session.Id}.");
        }

        WriteMounts(writer, document);
        foreach (VolumeReport volume in (document.Volumes ?? []).Where(volume => volume.MountPoint is null))
        {
            writer.WriteLine(
                $"Not mounted: {volume.Id}, {volume.FileSystem}{Label(volume.Label)}, "
                + $"{SizeText.Format(volume.SizeBytes)}.");
        }
    }

    public static void WriteMounts(TextWriter writer, Document document)
    {
        foreach (MountReport mount in document.Mounts ?? [])
        {
            string access = ListText.Access(mount.Access);
            string size = SizeText.Format(mount.SizeBytes);
            writer.WriteLine(mount.MountPoint);
            writer.WriteLine($"  volume {mount.Volume}, {mount.FileSystem}{Label(mount.Label)}, {size}, {access}");
            foreach (AccessReason reason in mount.AccessReasons)
            {
                writer.WriteLine(
                    $"  {access} because: {ProblemText.Printable($"{reason.What} {reason.Cure}".TrimEnd())}");
            }
        }
    }

    public static void WriteUnmounts(TextWriter writer, Document document)
    {
        foreach (MountReport mount in document.Mounts ?? [])
        {
            writer.WriteLine($"Unmounted {mount.MountPoint} (volume {mount.Volume}).");
        }
    }

    public static void WriteLogout(TextWriter writer, Document document)
    {
        WriteUnmounts(writer, document);
        foreach (SessionReport session in document.Sessions ?? [])
        {
            writer.WriteLine($"Logged out of {session.Target} (session {session.Id}).");
        }

        if (document is { Sessions.Count: 0, Problems.Count: 0 })
        {
            writer.WriteLine("There was no session.");
        }
    }

    private static string Label(string label) => label.Length == 0 ? "" : $" '{ProblemText.Printable(label)}'";
}
