namespace IscsiMount.Mounting.Fuse.Mounts;

/// <summary>The options of a mount as libfuse wants them.</summary>
internal static class MountOptions
{
    public static IReadOnlyList<string> Of(MountRequest request)
    {
        string[] always =
        [
            "ro", "nosuid", "nodev", "default_permissions", "subtype=iscsimount", $"fsname={Escape(request.Source)}",
        ];
        return request.AllowOther ? [.. always, "allow_other"] : always;
    }

    // libfuse separates options by commas. Control characters would garble the mount table.
    private static string Escape(string text)
    {
        string clean = string.Concat(text.Select(unit => char.IsControl(unit) ? '?' : unit));
        return clean.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal);
    }
}
