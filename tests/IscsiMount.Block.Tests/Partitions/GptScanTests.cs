using IscsiMount.Block.Partitions;
using IscsiMount.Block.Partitions.Layout;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Block.Tests.Partitions;

public sealed class GptScanTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(512, 128, 128)]
    [InlineData(4096, 128, 128)]
    [InlineData(512, 256, 16)]
    [InlineData(4096, 1024, 5)]
    [InlineData(512, 128, 3)]
    public async Task Partitions_are_read_with_their_numbers_and_names(int blockLength, int entryLength, int entryCount)
    {
        var disk = new GptDisk
        {
            BlockLength = blockLength,
            EntryLength = entryLength,
            EntryCount = (uint)entryCount,
        };
        disk.Add(64, 99, "Daten Größe").Skip().Add(200, 200);
        await using MemoryBlockDevice device = await disk.WriteAsync();

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal(PartitionScheme.Gpt, scan.Scheme);
        Assert.Empty(scan.Findings);
        Assert.Equal([Expected(1, 64, 36, "Daten Größe"), Expected(3, 200, 1, "")], scan.Partitions);
    }

    [Fact]
    public async Task A_scan_writes_nothing()
    {
        await using MemoryBlockDevice device = await Ordinary().WriteAsync();
        var recording = new RecordingDevice(device);

        await PartitionScanner.ScanAsync(recording, Token);

        recording.MustBeUntouched();
        Assert.InRange(recording.Reads.Count, 1, 8);
    }

    [Theory]
    [InlineData(1, 0, "it has no signature")]
    [InlineData(1, 13, "its length is 33116")]
    [InlineData(1, 16, "its checksum is wrong")]
    [InlineData(1, 40, "its checksum is wrong")]
    [InlineData(1, 91, "its checksum is wrong")]
    [InlineData(2, 0, "the checksum of its entries in block 2 is wrong")]
    [InlineData(33, 511, "the checksum of its entries in block 2 is wrong")]
    public async Task A_damaged_primary_is_replaced_by_the_backup(int block, int offset, string reason)
    {
        await using MemoryBlockDevice device = await Ordinary().WriteAsync();
        await FlipAsync(device, (ulong)block, offset);

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal([1, 2], scan.Partitions.Select(partition => partition.Index));
        Assert.Contains(reason, scan.Findings[0], StringComparison.Ordinal);
        Assert.Equal("The backup GPT at block 19999 is used instead.", scan.Findings[1]);
    }

    [Theory]
    [InlineData(19_999, 0)]
    [InlineData(19_999, 90)]
    [InlineData(19_967, 5)]
    public async Task A_damaged_backup_is_reported(ulong block, int offset)
    {
        await using MemoryBlockDevice device = await Ordinary().WriteAsync();
        await FlipAsync(device, block, offset);

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal(2, scan.Partitions.Count);
        Assert.StartsWith("The backup GPT cannot be used:", Assert.Single(scan.Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_damaged_copies_leave_nothing_to_offer()
    {
        await using MemoryBlockDevice device = await Ordinary().WriteAsync();
        await FlipAsync(device, 1, 20);
        await FlipAsync(device, 19_999, 20);

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal(PartitionScheme.Gpt, scan.Scheme);
        Assert.Empty(scan.Partitions);
        Assert.Equal(2, scan.Findings.Count);
    }

    [Fact]
    public async Task A_primary_that_cannot_be_read_is_replaced_by_the_backup()
    {
        await using MemoryBlockDevice device = await Ordinary().WriteAsync();

        PartitionScan scan = await PartitionScanner.ScanAsync(new FaultyDevice(device, failingCall: 2), Token);

        Assert.Equal(2, scan.Partitions.Count);
        Assert.StartsWith("Block 1 of the partition table cannot be read", scan.Findings[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_anywhere_is_a_finding_or_reaches_the_caller()
    {
        await using MemoryBlockDevice device = await Ordinary().WriteAsync();
        int call = 0;
        FaultyDevice faulty;
        do
        {
            call++;
            faulty = new FaultyDevice(device, call);
            PartitionScan? scan = null;
            Exception? fault = await Record.ExceptionAsync(
                async () => scan = await PartitionScanner.ScanAsync(faulty, Token));

            Assert.Equal(call == 1, fault is InjectedFaultException);
            Assert.Equal(call > 1 && faulty.HasFailed, scan is { Findings.Count: > 0 });
        }
        while (faulty.HasFailed);

        Assert.InRange(call, 4, 10);
    }

    [Fact]
    public async Task A_backup_that_contradicts_the_primary_is_reported()
    {
        var one = Ordinary();
        await using MemoryBlockDevice device = await one.WriteAsync();
        await using MemoryBlockDevice other = await new GptDisk { BlockLength = 512 }.Add(70, 90).WriteAsync();
        byte[] tail = new byte[33 * 512];
        await other.ReadAsync(new(one.LastBlock - 32, 33), tail, Token);
        await device.WriteAsync(new(one.LastBlock - 32, 33), tail, Token);

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal(2, scan.Partitions.Count);
        Assert.Equal(["The backup GPT is another one than the primary, which is used."], scan.Findings);
    }

    [Fact]
    public async Task A_device_that_has_grown_is_told_so()
    {
        await using MemoryBlockDevice device = await Ordinary().WriteAsync(deviceBlockCount: 30_000);

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal(2, scan.Partitions.Count);
        Assert.Contains("the device has grown", Assert.Single(scan.Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_was_cut_offers_what_is_left()
    {
        await using MemoryBlockDevice device = await Ordinary().WriteAsync(deviceBlockCount: 1500);

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal([1], scan.Partitions.Select(partition => partition.Index));
        Assert.Contains(
            scan.Findings, finding => finding.Contains("the device has been cut", StringComparison.Ordinal));
        Assert.Contains(
            scan.Findings,
            finding => finding.StartsWith("Partition 2 (block 1000, 1000 blocks) leaves", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Partitions_that_overlap_are_reported_and_not_offered()
    {
        GptDisk disk = Ordinary().Add(5000, 5999).Add(5999, 6500).Add(6501, 6600).Add(5100, 5100);
        await using MemoryBlockDevice device = await disk.WriteAsync();

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal([1, 2, 5], scan.Partitions.Select(partition => partition.Index));
        Assert.Equal(
            [
                "Partition 3 and Partition 6 overlap at block 5100.",
                "Partition 3 and Partition 4 overlap at block 5999.",
            ],
            scan.Findings);
    }

    [Theory]
    [InlineData(500, 499, "before it begins")]
    [InlineData(0, ulong.MaxValue, "before it begins")]
    [InlineData(20_000, 20_000, "leaves the device")]
    [InlineData(19_000, ulong.MaxValue - 1, "leaves the device")]
    [InlineData(63, 70, "lies where the table itself is")]
    [InlineData(19_000, 19_990, "lies where the table itself is")]
    public async Task A_partition_that_cannot_be_is_reported_and_not_offered(ulong first, ulong last, string reason)
    {
        await using MemoryBlockDevice device = await new GptDisk { BlockLength = 512 }.Add(first, last).WriteAsync();

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Empty(scan.Partitions);
        Assert.Contains(reason, Assert.Single(scan.Findings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(512, 4096)]
    [InlineData(4096, 512)]
    public async Task A_table_for_another_block_length_is_recognised(int made, int opened)
    {
        await using MemoryBlockDevice device = await new GptDisk { BlockLength = made }.Add(64, 99).WriteAsync();
        byte[] start = new byte[64 * 1024];
        await device.ReadAsync(new(0, (uint)(start.Length / made)), start, Token);
        await using var reopened = new MemoryBlockDevice(1000, opened);
        await reopened.WriteAsync(new(0, (uint)(start.Length / opened)), start, Token);

        PartitionScan scan = await PartitionScanner.ScanAsync(reopened, Token);

        Assert.Empty(scan.Partitions);
        Assert.Equal(
            $"The GPT was made for blocks of {made} bytes, the device has {opened}.", scan.Findings[^1]);
    }

    [Fact]
    public async Task A_table_without_its_protective_mbr_is_found()
    {
        await using MemoryBlockDevice device = await Ordinary().WriteAsync();
        await device.WriteAsync(new(0, 1), new byte[512], Token);

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal(PartitionScheme.Gpt, scan.Scheme);
        Assert.Equal(2, scan.Partitions.Count);
        Assert.Equal(["The protective MBR in front of the GPT is missing."], scan.Findings);
    }

    [Theory, Seeds(300)]
    public async Task Damage_anywhere_in_the_table_is_an_answer(int seed)
    {
        var chance = new Random(seed);
        GptDisk disk = new GptDisk { BlockLength = 512, BlockCount = 500, EntryCount = 8 }.Add(64, 99).Add(100, 200);
        await using MemoryBlockDevice device = await disk.WriteAsync();
        byte[] header = new byte[512];
        await device.ReadAsync(new(1, 1), header, Token);
        for (int i = 0; i < 3; i++)
        {
            header[chance.Next(24, 92)] = (byte)chance.Next(256);
        }

        // With the checksum made good again, so that the fields themselves are met.
        header.AsSpan(16, 4).Clear();
        BitConverter.TryWriteBytes(header.AsSpan(16), Crc32.Append(0, header.AsSpan(0, 92)));
        await device.WriteAsync(new(1, 1), header, Token);

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.All(scan.Partitions, partition => Assert.True(partition.FirstBlock + partition.BlockCount <= 500));
    }

    private static GptDisk Ordinary() => new GptDisk { BlockLength = 512 }.Add(64, 999).Add(1000, 1999);

    private static PartitionEntry Expected(int index, ulong first, ulong count, string name) => new()
    {
        Index = index,
        FirstBlock = first,
        BlockCount = count,
        TypeName = "Microsoft basic data",
        TypeId = GptDisk.BasicData,
        Name = name,
        UniqueId = $"0000000{index - 1}-0001-0002-0304-05060708090a",
    };

    private static async Task FlipAsync(MemoryBlockDevice device, ulong block, int offset)
    {
        byte[] content = new byte[device.BlockLength];
        await device.ReadAsync(new(block, 1), content, Token);
        content[offset] ^= 0x81;
        await device.WriteAsync(new(block, 1), content, Token);
    }
}
