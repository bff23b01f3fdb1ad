using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Commits;

// Intent: what a group of changes is about to write, in reserved free clusters. Our own structure.
//
//         0   1   2   3   4   5   6   7   8   9   A   B   C   D   E   F
//       +-------------------------------+---------------+---------------+
//   00  | "ISMINTNT"                    | Version = 1   | PageCount     |
//       +-------------------------------+---------------+---------------+
//   10  | Serial of the volume          | Group                         |
//       +-------------------------------+-------------------------------+
//   20  | MountId                                                       |
//       +-------------------------------+---------------+---------------+
//   30  | Length of all                 | CRC32C of all | reserved      |
//       +-------------------------------+---------------+---------------+
//   40  | table, then images from the next multiple of 512 on
//
// Entry of the table, for each page; three words for each 512 bytes of it
//
//       +-------------------------------+---------------+---------------+
//   00  | Offset on the device          | Length        | reserved      |
//       +---------------+---------------+---------------+---------------+
//   10  | CRC32C before | on the way    | after         | ...
//       +---------------+---------------+---------------+
//
//   A page of a bitmap is written twice: first with all bits that are set before or after, then as it is to be.

/// <summary>What a group of changes is about to write. It is whole or nothing: a checksum covers all.</summary>
internal sealed class IntentImage
{
    public const int SectorSize = UpdateSequence.Stride;

    private const uint Version = 1;
    private const int HeaderLength = 0x40;
    private const int ChecksumOffset = 0x38;
    private const int EntryLength = 0x10;
    private const int SectorEntryLength = 12;

    private IntentImage(byte[] bytes, List<IntentTarget> targets, ulong group)
    {
        Bytes = bytes;
        Targets = targets;
        Group = group;
    }

    private static ReadOnlySpan<byte> Magic => "ISMINTNT"u8;

    /// <summary>All of it, a multiple of 512 bytes.</summary>
    public byte[] Bytes { get; }

    public IReadOnlyList<IntentTarget> Targets { get; }

    public ulong Group { get; }

    /// <summary>The bytes that an intent of these pages takes.</summary>
    public static long SizeOf(IReadOnlyCollection<PendingPage> pages)
    {
        long table = pages.Sum(page => EntryLength + (SectorEntryLength * (long)(page.Bytes.Length / SectorSize)));
        return Align(HeaderLength + table) + pages.Sum(page => (long)page.Bytes.Length);
    }

    /// <summary>Makes the intent of a group.</summary>
    /// <param name="mount">Whose it is.</param>
    /// <param name="group">The number of the group, from 1.</param>
    /// <param name="pages">The pages, each with what the device has in its place now.</param>
    public static IntentImage Make(
        MountIdentity mount, ulong group, IReadOnlyList<(PendingPage Page, byte[] Before)> pages)
    {
        byte[] bytes = new byte[checked((int)SizeOf([.. pages.Select(each => each.Page)]))];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(0x08), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(0x0C), pages.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(0x10), mount.SerialNumber);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(0x18), group);
        mount.Id.TryWriteBytes(bytes.AsSpan(0x20));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(0x30), bytes.Length);

        int at = HeaderLength;
        int image = bytes.Length - pages.Sum(each => each.Page.Bytes.Length);
        foreach ((PendingPage page, byte[] before) in pages)
        {
            at += WriteEntry(bytes.AsSpan(at), page, before);
            page.Bytes.CopyTo(bytes.AsSpan(image));
            image += page.Bytes.Length;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumOffset), Crc32C.Compute(bytes));
        return new IntentImage(bytes, [], group);
    }

    /// <summary>The length that the head of an intent of this mount claims; nothing if it is none.</summary>
    public static long? LengthOf(ReadOnlySpan<byte> head, MountIdentity mount)
    {
        Invariant.Holds(head.Length >= HeaderLength);
        bool isOurs = head.StartsWith(Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(head[0x08..]) == Version
            && BinaryPrimitives.ReadUInt64LittleEndian(head[0x10..]) == mount.SerialNumber
            && new Guid(head.Slice(0x20, 16)) == mount.Id;
        long length = BinaryPrimitives.ReadInt64LittleEndian(head[0x30..]);
        return isOurs && length >= HeaderLength && length % SectorSize == 0 ? length : null;
    }

    /// <summary>Reads an intent whose head was found. False means that it was not written to its end.</summary>
    public static bool TryRead(byte[] bytes, [MaybeNullWhen(false)] out IntentImage intent)
    {
        intent = null;
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(ChecksumOffset));
        bytes.AsSpan(ChecksumOffset, 4).Clear();
        if (Crc32C.Compute(bytes) != checksum)
        {
            return false;
        }

        // What has the right checksum was made by us, so its numbers are ours; they are checked all the same.
        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(0x0C));
        var targets = new List<IntentTarget>();
        int at = HeaderLength;
        for (int i = 0; i < count; i++)
        {
            long offset = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 8));
            int sumsLength = length / SectorSize * SectorEntryLength;
            targets.Add(new IntentTarget(offset, length, bytes.AsMemory(at + EntryLength, sumsLength)));
            at += EntryLength + sumsLength;
        }

        int image = bytes.Length - targets.Sum(target => target.Length);
        for (int i = 0; i < count; i++)
        {
            targets[i] = targets[i] with { Image = bytes.AsMemory(image, targets[i].Length) };
            image += targets[i].Length;
        }

        ulong group = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(0x18));
        intent = new IntentImage(bytes, targets, group);
        return true;
    }

    private static int WriteEntry(Span<byte> entry, PendingPage page, byte[] before)
    {
        BinaryPrimitives.WriteInt64LittleEndian(entry, page.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(entry[0x08..], page.Bytes.Length);
        byte[] first = page.FirstBytes;
        int at = EntryLength;
        for (int sector = 0; sector < page.Bytes.Length; sector += SectorSize, at += SectorEntryLength)
        {
            WriteSum(entry[at..], before.AsSpan(sector, SectorSize));
            WriteSum(entry[(at + 4)..], first.AsSpan(sector, SectorSize));
            WriteSum(entry[(at + 8)..], page.Bytes.AsSpan(sector, SectorSize));
        }

        return at;
    }

    private static void WriteSum(Span<byte> destination, ReadOnlySpan<byte> sector) =>
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Crc32C.Compute(sector));

    private static long Align(long size) => (size + SectorSize - 1) / SectorSize * SectorSize;
}

/// <summary>One place that an intent is about to write.</summary>
/// <param name="Offset">Where on the device, in bytes.</param>
/// <param name="Length">How much.</param>
/// <param name="Sums">For each 512 bytes the checksums before, on the way and after.</param>
internal sealed record IntentTarget(long Offset, int Length, ReadOnlyMemory<byte> Sums)
{
    private const int SumsPerSector = 3;

    /// <summary>What is to stand there.</summary>
    public ReadOnlyMemory<byte> Image { get; init; }

    /// <summary>Whether every sector is one that the writing may have left, and not the work of others.</summary>
    public bool Expects(ReadOnlySpan<byte> found)
    {
        Invariant.Holds(found.Length == Length);
        for (int sector = 0; sector < Length / IntentImage.SectorSize; sector++)
        {
            uint sum = Crc32C.Compute(found.Slice(sector * IntentImage.SectorSize, IntentImage.SectorSize));
            bool isKnown = false;
            for (int i = 0; i < SumsPerSector; i++)
            {
                int at = ((sector * SumsPerSector) + i) * sizeof(uint);
                isKnown |= BinaryPrimitives.ReadUInt32LittleEndian(Sums.Span[at..]) == sum;
            }

            if (!isKnown)
            {
                return false;
            }
        }

        return true;
    }
}
