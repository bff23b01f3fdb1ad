using IscsiMount.Block.Partitions.Layout;

namespace IscsiMount.Block.Tests.Partitions;

/// <summary>A GPT as the standard wants it, on a disk in memory, to be damaged by tests.</summary>
internal sealed class GptDisk
{
    public const string BasicData = "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7";

    private const ulong FirstUsable = 64;

    public required int BlockLength { get; init; }

    public ulong BlockCount { get; init; } = 20_000;

    public int EntryLength { get; init; } = GptEntry.Length;

    public uint EntryCount { get; init; } = 128;

    public Guid DiskId { get; init; } = new("11111111-2222-3333-4444-555555555555");

    public List<GptEntry?> Entries { get; } = [];

    public ulong LastBlock => BlockCount - 1;

    /// <summary>Adds an entry, or leaves the next number free.</summary>
    public GptDisk Add(ulong first, ulong last, string name = "")
    {
        Entries.Add(new()
        {
            TypeId = new(BasicData),
            UniqueId = new(Entries.Count, 1, 2, [3, 4, 5, 6, 7, 8, 9, 10]),
            FirstBlock = first,
            LastBlock = last,
            Name = name,
        });
        return this;
    }

    public GptDisk Skip()
    {
        Entries.Add(null);
        return this;
    }

    /// <summary>Writes protective MBR, both headers and both arrays of entries.</summary>
    public async Task<MemoryBlockDevice> WriteAsync(ulong? deviceBlockCount = null)
    {
        var device = new MemoryBlockDevice(deviceBlockCount ?? BlockCount, BlockLength);
        byte[] mbr = new byte[BlockLength];
        new MasterBootRecord
        {
            DiskSignature = 0,
            First = new() { Type = 0xEE, FirstBlock = 1, BlockCount = (uint)LastBlock },
            Second = default,
            Third = default,
            Fourth = default,
        }.Write(mbr);
        await device.WriteAsync(new(0, 1), mbr, default);

        byte[] entries = EntryBytes();
        ulong entryBlocks = (ulong)entries.Length / (ulong)BlockLength;
        await WriteCopyAsync(device, 1, LastBlock, 2, entries);
        await WriteCopyAsync(device, LastBlock, 1, LastBlock - entryBlocks, entries);
        return device;
    }

    private async Task WriteCopyAsync(
        MemoryBlockDevice device, ulong own, ulong other, ulong entriesBlock, byte[] entries)
    {
        byte[] block = new byte[BlockLength];
        new GptHeader
        {
            MyBlock = own,
            OtherBlock = other,
            FirstUsableBlock = FirstUsable,
            LastUsableBlock = LastBlock - FirstUsable,
            DiskId = DiskId,
            EntriesBlock = entriesBlock,
            EntryCount = EntryCount,
            EntryLength = (uint)EntryLength,
            EntriesCrc = Crc32.Append(0, entries.AsSpan(0, (int)EntryCount * EntryLength)),
        }.Write(block);
        if (own < device.BlockCount)
        {
            await device.WriteAsync(new(own, 1), block, default);
            await device.WriteAsync(new(entriesBlock, (uint)(entries.Length / BlockLength)), entries, default);
        }
    }

    private byte[] EntryBytes()
    {
        int length = (int)EntryCount * EntryLength;
        byte[] bytes = new byte[(length + BlockLength - 1) / BlockLength * BlockLength];
        for (int i = 0; i < Entries.Count; i++)
        {
            Entries[i]?.Write(bytes.AsSpan(i * EntryLength, EntryLength));
        }

        return bytes;
    }
}
