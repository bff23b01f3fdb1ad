using IscsiMount.Block;
using IscsiMount.Scsi.Capacity;
using IscsiMount.Scsi.Provisioning;
using IscsiMount.Scsi.Sense;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Units;

/// <summary>UNMAP, WRITE SAME and GET LBA STATUS on a disk whose blocks can be without space.</summary>
public sealed class ThinDiskTests
{
    private const int BlockCount = 4096;
    private const string Unmap = "42 00 00000000 00 0018 00";

    private readonly DiskHarness _disk = new(new MemoryBlockDevice(BlockCount));

    [Fact, Requirement("SCSI-18")]
    public async Task Unmapped_blocks_read_as_zeros_and_others_stay()
    {
        await FillAsync();

        await _disk.DoAsync("42 00 00000000 00 0028 00", List((10, 5), (100, 1)));

        Assert.Equal(6, (await ReadAsync()).Count(block => block == 0));
        Assert.Equal([10, 11, 12, 13, 14, 100], (await ReadAsync()).Index().Where(each => each.Item == 0)
            .Select(each => each.Index));
    }

    [Fact, Requirement("SCSI-18")]
    public async Task Nothing_is_unmapped_if_one_descriptor_is_wrong()
    {
        await FillAsync();

        SenseData sense = await _disk.FailAsync("42 00 00000000 00 0028 00", List((0, 8), (BlockCount - 1, 2)));

        Assert.Equal(AdditionalSense.BlockOutOfRange, sense.Additional);
        Assert.DoesNotContain((byte)0, await ReadAsync());
    }

    [Theory, Requirement("SCSI-18")]
    [InlineData("42 00 00000000 00 0007 00", "0006 0000 000000", 0x1A00)]
    [InlineData("42 01 00000000 00 0008 00", "0006 0000 00000000", 0x2400)]
    public async Task A_bad_list_of_blocks_is_refused(string cdb, string list, int code)
    {
        SenseData sense = await _disk.FailAsync(cdb, DiskHarness.Hex(list));

        Assert.Equal(new AdditionalSense((byte)(code >> 8), (byte)(code & 0xFF)), sense.Additional);
    }

    [Fact, Requirement("SCSI-18")]
    public async Task More_descriptors_or_blocks_than_are_told_are_refused()
    {
        (ulong, uint)[] many = [.. Enumerable.Repeat((0UL, 1U), 257)];
        (ulong, uint)[] large = [.. Enumerable.Repeat((0UL, (uint)BlockCount), 256), (0, 4096)];

        SenseData tooMany = await _disk.FailAsync("42 00 00000000 00 1018 00", List(many));
        SenseData tooLarge = await _disk.FailAsync("42 00 00000000 00 1018 00", List(large));

        Assert.Equal(AdditionalSense.InvalidFieldInParameterList, tooMany.Additional);
        Assert.Equal(AdditionalSense.InvalidFieldInParameterList, tooLarge.Additional);
    }

    [Theory, Requirement("SCSI-18")]
    [InlineData("42 00 00000000 00 0000 00", "")]
    [InlineData("42 00 00000000 00 0008 00", "0006 0000 00000000")]
    [InlineData(Unmap, "0016 0010 00000000 0000000000000000 00000000 00000000")]
    public async Task Nothing_to_unmap_is_good(string cdb, string list)
    {
        await FillAsync();

        await _disk.DoAsync(cdb, DiskHarness.Hex(list));

        Assert.DoesNotContain((byte)0, await ReadAsync());
    }

    [Theory, Requirement("SCSI-19")]
    [InlineData("41 00 00000010 00 0020 00")]
    [InlineData("93 00 0000000000000010 00000020 00 00")]
    [InlineData("93 08 0000000000000010 00000020 00 00")]
    public async Task One_block_is_written_again_and_again(string cdb)
    {
        await _disk.DoAsync(cdb, Filled(512, 7));

        byte[] expected = new byte[BlockCount];
        expected.AsSpan(0x10, 0x20).Fill(7);
        Assert.Equal(expected, await ReadAsync());
    }

    [Theory, Requirement("SCSI-19")]
    [InlineData("41 08 00000000 00 0800 00", 512)]
    [InlineData("93 08 0000000000000000 00000800 00 00", 512)]
    [InlineData("93 09 0000000000000000 00000800 00 00", 0)]
    public async Task Zeros_take_the_space_of_blocks_that_may_lose_it(string cdb, int dataLength)
    {
        await FillAsync();

        await _disk.DoAsync(cdb, new byte[dataLength]);

        Assert.Equal(new SpaceRun(0x800, HasSpace: false), await _disk.Device.FindSpaceAsync(0, Token));
        Assert.Equal(new SpaceRun(0x800, HasSpace: true), await _disk.Device.FindSpaceAsync(0x800, Token));
    }

    [Theory, Requirement("SCSI-19")]
    [InlineData("93 00 0000000000000000 00000000 00 00", 512, 0x2400)]    // up to the end, which page B0h excludes
    [InlineData("93 00 0000000000000000 FFFFFFFF 00 00", 512, 0x2400)]    // more than page B0h tells
    [InlineData("93 00 0000000000000FFF 00000002 00 00", 512, 0x2100)]
    [InlineData("93 00 FFFFFFFFFFFFFFFF 00000002 00 00", 512, 0x2100)]
    [InlineData("93 10 0000000000000000 00000001 00 00", 512, 0x2400)]    // an anchor
    [InlineData("93 18 0000000000000000 00000001 00 00", 512, 0x2400)]
    [InlineData("93 04 0000000000000000 00000001 00 00", 512, 0x2400)]    // PBDATA
    [InlineData("93 20 0000000000000000 00000001 00 00", 512, 0x2400)]    // protection
    [InlineData("93 00 0000000000000000 00000001 00 00", 1024, 0x2400)]   // two blocks of data
    [InlineData("93 00 0000000000000000 00000001 00 00", 256, 0x2400)]
    [InlineData("93 01 0000000000000000 00000001 00 00", 512, 0x2400)]    // data, though none was promised
    public async Task A_bad_field_writes_nothing(string cdb, int dataLength, int code)
    {
        SenseData sense = await _disk.FailAsync(cdb, Filled(dataLength, 7));

        Assert.Equal(new AdditionalSense((byte)(code >> 8), (byte)(code & 0xFF)), sense.Additional);
        Assert.All(await ReadAsync(), block => Assert.Equal(0, block));
    }

    [Fact, Requirement("SCSI-21")]
    public async Task The_status_of_blocks_begins_where_it_was_asked_for_and_has_no_gaps()
    {
        await _disk.Device.WriteAsync(new(1024, 1), Filled(512, 7), Token);

        LbaStatusList list = LbaStatusList.Read(
            await _disk.DoAsync("9E 12 0000000000000200 00001000 00 00"));

        Assert.Equal(
            [
                new LbaStatus(new(0x200, 512), ProvisioningStatus.Deallocated),
                new LbaStatus(new(1024, 512), ProvisioningStatus.Mapped),
                new LbaStatus(new(1536, BlockCount - 1536), ProvisioningStatus.Deallocated),
            ],
            list.Runs);
        Assert.Equal(
            AdditionalSense.BlockOutOfRange,
            (await _disk.FailAsync("9E 12 0000000000001000 00001000 00 00")).Additional);
    }

    [Fact, Requirement("SCSI-04")]
    public async Task The_capacity_tells_that_the_disk_is_thin()
    {
        LogicalUnitCapacity capacity = LogicalUnitCapacity.Read(
            await _disk.DoAsync("9E 10 0000000000000000 00000020 00 00"));

        Assert.True(capacity is { IsThin: true, UnmappedReadsZero: true });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] List(params (ulong First, uint Count)[] blocks)
    {
        var list = new UnmapList { Blocks = [.. blocks.Select(each => new BlockSpan(each.First, each.Count))] };
        byte[] bytes = new byte[list.WireLength];
        list.Write(bytes);
        return bytes;
    }

    private static byte[] Filled(int length, byte content) => [.. Enumerable.Repeat(content, length)];

    private async Task FillAsync() =>
        await _disk.Device.WriteAsync(new(0, BlockCount), Filled(BlockCount * 512, 0xA5), Token);

    // The first byte of each block, which all others of it are like.
    private async Task<byte[]> ReadAsync()
    {
        byte[] content = new byte[BlockCount * 512];
        await _disk.Device.ReadAsync(new(0, BlockCount), content, Token);
        return [.. content.Chunk(512).Select(block => Assert.Single(block.Distinct()))];
    }
}
