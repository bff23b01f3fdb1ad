using IscsiMount.Testing;

namespace IscsiMount.Mounted.Tests.Samples;

/// <summary>
/// All that ordinary programs see of a folder tree: one row a path. Two trees are the same if their rows are.
/// </summary>
public static class FolderListing
{
    private static readonly ToolOptions Patient = new() { Limit = TimeSpan.FromMinutes(5) };

    /// <summary>Kind, size, links, modification time and link target of each path, as find sees them.</summary>
    public static async Task<string[]> PropertiesAsync(string folder)
    {
        // A directory has no size and no count of links of its own on NTFS; each driver invents them.
        return await RowsAsync(
            folder, @"find . -type d -printf '%P|%y|%t\n' -o -printf '%P|%y|%s|%n|%t|%l\n'");
    }

    /// <summary>The SHA-256 of each file.</summary>
    public static Task<string[]> HashesAsync(string folder)
    {
        return RowsAsync(folder, "find . -type f -print0 | xargs -0 -r sha256sum");
    }

    /// <summary>The named streams of each path with their content.</summary>
    public static Task<string[]> StreamsAsync(string folder)
    {
        return RowsAsync(folder, "getfattr -R -h -d -m '^user[.]' -e hex . | " + OneRowPerFile);
    }

    /// <summary>What NTFS says beyond POSIX of each path: descriptor, attributes, times, reparse point.</summary>
    public static Task<string[]> NtfsAttributesAsync(string folder)
    {
        return RowsAsync(
            folder,
            // A file without the attribute is no failure here: then no row of it may be in either tree.
            "for name in ntfs_acl ntfs_attrib_be ntfs_crtime_be ntfs_reparse_data ntfs_object_id; do "
            + "find . -print0 | { xargs -0 getfattr -h -e hex -n system.$name 2>/dev/null || true; } || exit 1; done | "
            + OneRowPerFile);
    }

    // getfattr writes a paragraph per file.
    private const string OneRowPerFile = "awk 'BEGIN { RS=\"\"; FS=\"\\n\" } { gsub(/\\n/, \" ; \"); print }'";

    private static async Task<string[]> RowsAsync(string folder, string script)
    {
        ToolResult result = await ForeignTool.RunAsync(
            "bash", ["-o", "pipefail", "-c", script], Patient with { WorkingFolder = folder });
        string[] rows = result.MustSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Array.Sort(rows, StringComparer.Ordinal);
        return rows;
    }
}
