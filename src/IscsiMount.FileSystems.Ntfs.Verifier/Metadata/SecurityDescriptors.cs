using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Metadata;

/// <summary>The descriptors of $Secure:$SDS: read once, before any file is asked for its id.</summary>
/// <remarks>
/// The stream is made of blocks of 256 KiB. Each stands twice, one behind the other. No entry crosses a border.
/// </remarks>
internal sealed class SecurityDescriptors
{
    private const int BlockSize = 256 << 10;
    private const int EntryAlignment = 16;

    private readonly Dictionary<uint, SecurityEntry> _entries = [];

    public int Count => _entries.Count;

    /// <summary>Whether an entry could not be read, so that ids may be missing here.</summary>
    public bool IsIncomplete { get; private set; }

    public bool Knows(uint id) => _entries.ContainsKey(id);

    /// <summary>Whether an index repeats the entry as it is.</summary>
    public bool Has(SecurityEntry entry) => _entries.TryGetValue(entry.Id, out SecurityEntry known) && known == entry;

    public static async ValueTask<SecurityDescriptors> ReadAsync(
        StreamBytes stream, ulong record, FindingLog findings, CancellationToken cancellationToken)
    {
        var descriptors = new SecurityDescriptors();
        byte[] block = new byte[Math.Min(BlockSize, stream.Size)];
        byte[] mirror = new byte[block.Length];
        for (ulong start = 0; start + BlockSize < stream.Size && !descriptors.IsIncomplete; start += 2 * BlockSize)
        {
            int length = (int)Math.Min(BlockSize, stream.Size - start - BlockSize);
            await stream.ReadAsync(start, block.AsMemory(0, length), isNear: false, cancellationToken);
            await stream.ReadAsync(start + BlockSize, mirror.AsMemory(0, length), isNear: false, cancellationToken);
            string? problem = descriptors.ReadBlock(block.AsSpan(0, length), start);
            if (problem is not null)
            {
                findings.Add(FindingKind.SecurityEntryInvalid, record, stream.PlaceOf(start), problem);
            }

            int same = block.AsSpan(0, length).CommonPrefixLength(mirror.AsSpan(0, length));
            if (same < length)
            {
                ulong place = start + (ulong)same;
                findings.Add(
                    FindingKind.SecurityMirrorDiffers, record, stream.PlaceOf(place + BlockSize),
                    $"byte {place} of $SDS and its copy are not the same");
            }
        }

        return descriptors;
    }

    private string? ReadBlock(ReadOnlySpan<byte> block, ulong start)
    {
        string? problem = null;
        int position = 0;
        while (block.Length - position >= SecurityEntry.Length)
        {
            ReadOnlySpan<byte> rest = block[position..];
            var entry = SecurityEntry.Read(rest);
            if (entry == default)
            {
                return problem;
            }

            bool fits = entry.EntryLength > SecurityEntry.Length && entry.EntryLength <= rest.Length
                && entry.Offset == start + (ulong)position;
            if (!fits)
            {
                IsIncomplete = true;
                return $"the entry at byte {start + (ulong)position} says that it is at {entry.Offset} with "
                    + $"{entry.EntryLength} bytes";
            }

            uint hash = SecurityEntry.HashOf(rest[SecurityEntry.Length..(int)entry.EntryLength]);
            if (hash != entry.Hash)
            {
                problem ??= $"the hash of descriptor {entry.Id} is {entry.Hash:X8}, and its bytes give {hash:X8}";
            }

            if (!_entries.TryAdd(entry.Id, entry))
            {
                problem ??= $"there are two descriptors {entry.Id}";
            }

            position += ((int)entry.EntryLength + EntryAlignment - 1) / EntryAlignment * EntryAlignment;
        }

        return problem;
    }
}
