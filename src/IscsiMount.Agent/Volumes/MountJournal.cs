using System.Text.Json;
using System.Text.Json.Serialization;

namespace IscsiMount.Agent.Volumes;

/// <summary>
/// Which mount points this agent has, on disk, so that the next one finds them after a crash. It is written before a
/// mount is made and after it is gone, each time as a whole.
/// </summary>
/// <remarks>One lock guards the list; only the small file is written while it is held.</remarks>
internal sealed class MountJournal(string path)
{
    /// <summary>LIMIT: a mount has an entry of at most some 4 KiB.</summary>
    private const int FileSizeMax = 16 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly List<MountJournalEntry> _entries = [];

    /// <summary>What an agent before us left. A file that is damaged is as good as none.</summary>
    public IReadOnlyList<MountJournalEntry> ReadLeft()
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length > FileSizeMax)
        {
            return [];
        }

        try
        {
            return JsonSerializer.Deserialize(
                File.ReadAllBytes(path), MountJournalJson.Default.IReadOnlyListMountJournalEntry) ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    public void Add(MountJournalEntry entry)
    {
        lock (_lock)
        {
            _entries.Add(entry);
            Write();
        }
    }

    public void Remove(string mountPoint)
    {
        lock (_lock)
        {
            _entries.RemoveAll(entry => entry.MountPoint == mountPoint);
            Write();
        }
    }

    /// <summary>Begins anew, when all that was left is put in order.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
            Write();
        }
    }

    private void Write()
    {
        if (_entries.Count == 0)
        {
            File.Delete(path);
            return;
        }

        // Renaming is atomic: whoever reads sees the old list or the new one.
        string temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, _entries, MountJournalJson.Default.IReadOnlyListMountJournalEntry);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}

/// <summary>One mount point.</summary>
/// <param name="MountPoint">The absolute path.</param>
/// <param name="IsMade">Whether the directory was made for the mount, and goes with it.</param>
internal sealed record MountJournalEntry(string MountPoint, bool IsMade);

/// <summary>How the journal is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<MountJournalEntry>))]
internal sealed partial class MountJournalJson : JsonSerializerContext;
