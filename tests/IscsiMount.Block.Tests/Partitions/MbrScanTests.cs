using System.Text;
using IscsiMount.Block.Partitions;
using IscsiMount.Block.Partitions.Layout;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Block.Tests.Partitions;

public sealed class MbrScanTests
{
    private const uint Signature = 0x1234_ABCD;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Primary_partitions_have_the_numbers_of_their_entries()
    {
        await using MemoryBlockDevice device = await DiskAsync(
            (0, [Entry(0x07, 10, 90), default, default, Entry(0x83, 100, 900)]));

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal(PartitionScheme.Mbr, scan.Scheme);
        Assert.Empty(scan.Findings);
        Assert.Equal(
            [
                new()
                {
                    Index = 1,
                    FirstBlock = 10,
                    BlockCount = 90,
                    TypeName = "NTFS, exFAT",
                    TypeId = "07",
                    UniqueId = "1234abcd-01",
                },
                new()
                {
                    Index = 4,
                    FirstBlock = 100,
                    BlockCount = 900,
                    TypeName = "Linux",
                    TypeId = "83",
                    UniqueId = "1234abcd-04",
                },
            ],
            scan.Partitions);
    }

    [Fact]
    public async Task Logical_partitions_count_from_five_along_the_chain()
    {
        await using MemoryBlockDevice device = await DiskAsync(
            (0, [Entry(0x07, 10, 90), Entry(0x0F, 1000, 5000), default, default]),
            (1000, [Entry(0x07, 63, 100), Entry(0x05, 2000, 500), default, default]),
            (3000, [Entry(0x07, 10, 20), Entry(0x05, 1000, 500), default, default]),
            (2000, [Entry(0x0B, 1, 2), default, default, default]));

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Empty(scan.Findings);
        Assert.Equal(
            [(1, 10u, 90u), (5, 1063, 100), (6, 3010, 20), (7, 2001, 2)],
            scan.Partitions.Select(each => (each.Index, (uint)each.FirstBlock, (uint)each.BlockCount)));
    }

    [Theory]
    [InlineData(0, "does not end at block 1000")]
    [InlineData(1000, "does not end at block 2000")]
    public async Task A_chain_that_bites_its_tail_ends(uint nextLink, string finding)
    {
        await using MemoryBlockDevice device = await DiskAsync(
            (0, [Entry(0x05, 1000, 5000), default, default, default]),
            (1000, [Entry(0x07, 10, 20), Entry(0x05, 1000, 500), default, default]),
            (2000, [Entry(0x07, 10, 20), Entry(0x05, nextLink, 500), default, default]));

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal([5, 6], scan.Partitions.Select(each => each.Index));
        Assert.Contains(finding, Assert.Single(scan.Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_without_end_is_given_up()
    {
        var links = new List<(ulong, MbrEntry[])> { (0, [Entry(0x05, 100, 9000), default, default, default]) };
        for (uint i = 0; i < 400; i++)
        {
            links.Add((100 + (10 * i), [Entry(0x07, 1, 1), Entry(0x05, 10 * (i + 1), 10), default, default]));
        }

        await using MemoryBlockDevice device = await DiskAsync([.. links]);

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal(251, scan.Partitions.Count);
        Assert.Contains("does not end", Assert.Single(scan.Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_of_links_without_partitions_is_given_up_too()
    {
        var links = new List<(ulong, MbrEntry[])> { (0, [Entry(0x05, 100, 9000), default, default, default]) };
        for (uint i = 0; i < 400; i++)
        {
            links.Add((100 + (10 * i), [default, Entry(0x05, 10 * (i + 1), 10), default, default]));
        }

        await using MemoryBlockDevice device = await DiskAsync([.. links]);
        var recording = new RecordingDevice(device);

        PartitionScan scan = await PartitionScanner.ScanAsync(recording, Token);

        Assert.InRange(recording.Reads.Count, 1, 260);
        Assert.Contains("does not end", Assert.Single(scan.Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_that_is_broken_offers_what_came_before()
    {
        await using MemoryBlockDevice device = await DiskAsync(
            (0, [Entry(0x05, 1000, 5000), default, default, default]),
            (1000, [Entry(0x07, 10, 20), Entry(0x05, 2000, 500), default, default]));

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal([5], scan.Partitions.Select(each => each.Index));
        Assert.Equal(["The chain of logical partitions in Partition 1 is broken at block 3000."], scan.Findings);
    }

    [Fact]
    public async Task A_link_that_cannot_be_read_offers_what_came_before()
    {
        await using MemoryBlockDevice device = await DiskAsync(
            (0, [Entry(0x83, 10, 20), Entry(0x05, 1000, 5000), default, default]),
            (1000, [Entry(0x07, 10, 20), default, default, default]));

        PartitionScan scan = await PartitionScanner.ScanAsync(new FaultyDevice(device, failingCall: 2), Token);

        Assert.Equal([1], scan.Partitions.Select(each => each.Index));
        Assert.Equal(2, scan.Findings.Count);
    }

    [Fact]
    public async Task A_chain_that_leaves_its_container_is_not_followed()
    {
        await using MemoryBlockDevice device = await DiskAsync(
            (0, [Entry(0x05, 1000, 500), default, default, default]),
            (1000, [Entry(0x07, 10, 20), Entry(0x05, 500, 10), default, default]),
            (1500, [Entry(0x07, 1, 2), default, default, default]));

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal([5], scan.Partitions.Select(each => each.Index));
        Assert.Contains("leaves Partition 1 for block 1500", Assert.Single(scan.Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_logical_partition_that_cannot_be_keeps_its_number()
    {
        await using MemoryBlockDevice device = await DiskAsync(
            (0, [Entry(0x05, 1000, 500), default, default, default]),
            (1000, [Entry(0x07, 10, 600), Entry(0x05, 100, 10), default, default]),
            (1100, [Entry(0x07, 1, 2), default, default, default]));

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal([6], scan.Partitions.Select(each => each.Index));
        Assert.Equal(["Partition 5 leaves the extended partition that it belongs to."], scan.Findings);
    }

    [Fact]
    public async Task Partitions_that_overlap_are_reported_and_not_offered()
    {
        await using MemoryBlockDevice device = await DiskAsync(
            (0, [Entry(0x07, 10, 90), Entry(0x07, 99, 10), Entry(0x05, 1000, 500), Entry(0x07, 1400, 200)]),
            (1000, [Entry(0x07, 10, 20), default, default, default]));

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Empty(scan.Partitions);
        Assert.Equal(
            ["Partition 1 and Partition 2 overlap at block 99.", "Partition 3 and Partition 4 overlap at block 1400."],
            scan.Findings);
    }

    [Fact]
    public async Task A_partition_beyond_the_device_is_reported_and_not_offered()
    {
        await using MemoryBlockDevice device = await DiskAsync(
            (0, [Entry(0x07, 10, uint.MaxValue), Entry(0x07, uint.MaxValue, 1), Entry(0x07, 10, 10), default]));

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal([3], scan.Partitions.Select(each => each.Index));
        Assert.Equal(2, scan.Findings.Count);
    }

    [Fact]
    public async Task A_blank_device_is_a_whole()
    {
        await using var device = new MemoryBlockDevice(100);

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        AssertWhole(scan, 100);
        Assert.Empty(scan.Findings);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_tiny_device_is_a_whole_and_no_crash(ulong blockCount)
    {
        await using var device = new MemoryBlockDevice(blockCount);

        AssertWhole(await PartitionScanner.ScanAsync(device, Token), blockCount);
    }

    [Theory]
    [InlineData(3, "NTFS    ")]
    [InlineData(3, "EXFAT   ")]
    [InlineData(3, "-FVE-FS-")]
    [InlineData(82, "FAT32   ")]
    [InlineData(54, "FAT16   ")]
    public async Task The_boot_sector_of_a_file_system_is_no_table(int offset, string name)
    {
        await using MemoryBlockDevice device = await DiskAsync((0, [Entry(0x07, 10, 90), default, default, default]));
        await PatchAsync(device, block =>
        {
            // A jump, 512-byte sectors, 8 to a cluster, 32 reserved, 2 tables.
            Convert.FromHexString("EB5890" + "4D53444F53352E30" + "0002" + "08" + "2000" + "02").CopyTo(block, 0);
            Encoding.ASCII.GetBytes(name).CopyTo(block, offset);
        });

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        AssertWhole(scan, device.BlockCount);
        Assert.Empty(scan.Findings);
    }

    [Fact]
    public async Task Boot_code_that_mentions_a_file_system_is_still_a_table()
    {
        await using MemoryBlockDevice device = await DiskAsync((0, [Entry(0x07, 10, 90), default, default, default]));
        await PatchAsync(device, block => Encoding.ASCII.GetBytes("FAT32   ").CopyTo(block, 82));

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal(PartitionScheme.Mbr, scan.Scheme);
        Assert.Single(scan.Partitions);
    }

    [Fact]
    public async Task A_boot_sector_of_an_unknown_system_is_no_table()
    {
        await using MemoryBlockDevice device = await DiskAsync((0, [Entry(0x07, 10, 90), default, default, default]));
        await PatchAsync(device, block => block[446] = 0x42);

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        AssertWhole(scan, device.BlockCount);
        Assert.Contains("holds no partition table", Assert.Single(scan.Findings), StringComparison.Ordinal);
    }

    [Theory, Seeds(300)]
    public async Task Random_tables_are_an_answer(int seed)
    {
        var chance = new Random(seed);
        await using var device = new MemoryBlockDevice(64);
        for (ulong i = 0; i < 64; i++)
        {
            byte[] block = new byte[512];
            MbrEntry RandomEntry() => Entry(
                (byte)(chance.Next(3) switch { 0 => 0x05, 1 => 0x07, _ => chance.Next(256) }),
                (uint)chance.Next(70),
                (uint)chance.Next(70));
            Record(RandomEntry(), RandomEntry(), RandomEntry(), RandomEntry()).Write(block);
            await device.WriteAsync(new(i, 1), block, Token);
        }

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.All(scan.Partitions, partition => partition.Open(device));
        Assert.Equal(scan.Partitions.Count, scan.Partitions.Select(each => each.Index).Distinct().Count());
    }

    [Fact]
    public void A_boot_record_is_written_to_its_places()
    {
        byte[] block = new byte[512];
        block.AsSpan().Fill(0xEE);

        Record(Entry(0x07, 0x0102_0304, 0x0506_0708) with { Status = 0x80 }, default, default, default).Write(block);

        Assert.Equal("EE", Convert.ToHexString(block.AsSpan(439, 1)));
        Assert.Equal("CDAB3412" + "0000", Convert.ToHexString(block.AsSpan(440, 6)));
        Assert.Equal(
            "80" + "FEFFFF" + "07" + "FEFFFF" + "04030201" + "08070605",
            Convert.ToHexString(block.AsSpan(446, 16)));
        Assert.Equal("55AA", Convert.ToHexString(block.AsSpan(510)));
        Assert.Equal(0x0506_0708u, MasterBootRecord.Read(block).First.BlockCount);
    }

    private static void AssertWhole(PartitionScan scan, ulong blockCount)
    {
        PartitionEntry whole = Assert.Single(scan.Partitions);
        Assert.Equal(
            (PartitionScheme.None, 0, 0UL, blockCount), (scan.Scheme, whole.Index, whole.FirstBlock, whole.BlockCount));
    }

    private static MbrEntry Entry(byte type, uint first, uint count)
    {
        return new() { Type = type, FirstBlock = first, BlockCount = count };
    }

    private static MasterBootRecord Record(MbrEntry first, MbrEntry second, MbrEntry third, MbrEntry fourth) => new()
    {
        DiskSignature = Signature,
        First = first,
        Second = second,
        Third = third,
        Fourth = fourth,
    };

    private static async Task<MemoryBlockDevice> DiskAsync(params (ulong Block, MbrEntry[] Entries)[] records)
    {
        var device = new MemoryBlockDevice(10_000);
        foreach ((ulong number, MbrEntry[] entries) in records)
        {
            byte[] block = new byte[512];
            Record(entries[0], entries[1], entries[2], entries[3]).Write(block);
            await device.WriteAsync(new(number, 1), block, Token);
        }

        return device;
    }

    private static async Task PatchAsync(MemoryBlockDevice device, Action<byte[]> patch)
    {
        byte[] block = new byte[512];
        await device.ReadAsync(new(0, 1), block, Token);
        patch(block);
        await device.WriteAsync(new(0, 1), block, Token);
    }
}
