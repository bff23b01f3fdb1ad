using IscsiMount.Block;
using IscsiMount.Scsi.Copying;
using IscsiMount.Scsi.Identity;
using IscsiMount.Scsi.Sense;
using Xunit;

namespace IscsiMount.Target.Tests.Units;

/// <summary>EXTENDED COPY and RECEIVE COPY RESULTS.</summary>
public sealed class CopyTests
{
    private const int BlockCount = 8192;

    private readonly DiskHarness _disk = new(new MemoryBlockDevice(BlockCount));

    [Fact]
    public async Task Blocks_go_where_they_are_wanted_and_it_can_be_asked_how_that_went()
    {
        byte[] content = new byte[3000 * 512];
        new Random(1).NextBytes(content);
        await _disk.Device.WriteAsync(new(0, 3000), content, Token);

        await CopyAsync(await ListAsync(new CopySegment { BlockCount = 3000, DestinationBlock = 5000 }));

        byte[] copied = new byte[content.Length];
        await _disk.Device.ReadAsync(new(5000, 3000), copied, Token);
        Assert.True(content.AsSpan().SequenceEqual(copied));
        Assert.Equal(
            new CopyStatus { IsDone = true, SegmentCount = 1, TransferredKibibytes = 1500 },
            CopyStatus.Read(await _disk.DoAsync("84 00 07 00000000000000 00000400 00 00")));
        Assert.Equal(
            AdditionalSense.InvalidFieldInCdb,
            (await _disk.FailAsync("84 00 08 00000000000000 00000400 00 00")).Additional);
        Assert.Equal(
            AdditionalSense.InvalidFieldInCdb,
            (await _disk.FailAsync("84 00 07 00000000000000 00000400 00 00", user: _disk.Second)).Additional);
    }

    [Theory]
    [InlineData(0, 1, 0, 0)]
    [InlineData(1, 0, 0, 0)]
    [InlineData(0, 0, BlockCount - 1, 0)]
    [InlineData(0, 0, 0, BlockCount - 1)]
    public async Task What_cannot_be_reached_ends_the_copy_before_it_begins(
        ushort from, ushort to, ulong sourceBlock, ulong destinationBlock)
    {
        await _disk.Device.WriteAsync(new(0, 1), Enumerable.Repeat((byte)7, 512).ToArray(), Token);
        var segment = new CopySegment
        {
            SourceIndex = from,
            DestinationIndex = to,
            SourceBlock = sourceBlock,
            DestinationBlock = destinationBlock,
            BlockCount = 2,
        };

        SenseData sense = await FailAsync(
            await ListAsync(new CopySegment { BlockCount = 1, DestinationBlock = 100 }, segment));

        Assert.Equal((SenseKey.CopyAborted, AdditionalSense.CopyDeviceNotReachable), (sense.Key, sense.Additional));
        byte[] untouched = new byte[512];
        await _disk.Device.ReadAsync(new(100, 1), untouched, Token);
        Assert.Equal(new byte[512], untouched);
    }

    [Fact]
    public async Task Another_disk_is_out_of_reach()
    {
        CopyParameters list = await ListAsync(new CopySegment { BlockCount = 1, DestinationBlock = 1 });
        CopyDevice other = list.Devices[0] with
        {
            Name = list.Devices[0].Name! with { Identifier = [0x31, 2, 3, 4, 5, 6, 7, 8] },
        };

        Assert.Equal(SenseKey.CopyAborted, (await FailAsync(list with { Devices = [other] })).Key);
    }

    [Fact]
    public async Task A_list_beyond_the_limits_that_are_told_is_refused()
    {
        CopyLimits limits = CopyLimits.Read(await _disk.DoAsync("84 03 00 00000000000000 00000400 00 00"));
        CopyParameters list = await ListAsync(new CopySegment { BlockCount = 1, DestinationBlock = 1 });
        CopyParameters devices = list with
        {
            Devices = [.. Enumerable.Repeat(list.Devices[0], limits.DevicesMax + 1)],
        };
        CopyParameters segments = list with
        {
            Segments = [.. Enumerable.Repeat(list.Segments[0], limits.SegmentsMax + 1)],
        };

        Assert.Equal(AdditionalSense.TooManyTargetDescriptors, (await FailAsync(devices)).Additional);
        Assert.Equal(AdditionalSense.TooManySegmentDescriptors, (await FailAsync(segments)).Additional);
        Assert.Equal(
            AdditionalSense.ParameterListLengthError,
            (await FailAsync(devices with { Segments = segments.Segments })).Additional);
    }

    [Theory]
    [InlineData("83 00 0000000000000000 0000000F 00 00", 15)]
    [InlineData("83 00 0000000000000000 0000004B 00 00", 75)]
    [InlineData("83 00 0000000000000000 00010001 00 00", 76)]
    [InlineData("83 00 0000000000000000 FFFFFFFF 00 00", 76)]
    public async Task A_cut_list_and_one_without_end_are_refused(string cdb, int length)
    {
        byte[] list = Written(await ListAsync(new CopySegment { BlockCount = 1, DestinationBlock = 1 }));

        SenseData sense = await _disk.FailAsync(cdb, list[..length]);

        Assert.Equal(AdditionalSense.ParameterListLengthError, sense.Additional);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<CopyParameters> ListAsync(params CopySegment[] segments)
    {
        DeviceIdentification page = DeviceIdentification.Read(await _disk.DoAsync("12 01 83 1000 00"));
        return new()
        {
            ListIdentifier = 7,
            Devices = [new CopyDevice { Name = page.Designators.First(each => each.Type == DesignatorType.Naa) }],
            Segments = [.. segments],
        };
    }

    private Task<byte[]> CopyAsync(CopyParameters list) => _disk.DoAsync(Command(list), Written(list));

    private Task<SenseData> FailAsync(CopyParameters list) => _disk.FailAsync(Command(list), Written(list));

    private static string Command(CopyParameters list) => $"83 00 0000000000000000 {list.WireLength:X8} 00 00";

    private static byte[] Written(CopyParameters list)
    {
        byte[] bytes = new byte[list.WireLength];
        list.Write(bytes);
        return bytes;
    }
}
