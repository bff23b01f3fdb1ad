using IscsiMount.Primitives;
using IscsiMount.Scsi.Copying;
using IscsiMount.Scsi.Identity;
using IscsiMount.Scsi.Mode;
using IscsiMount.Scsi.Provisioning;
using IscsiMount.Scsi.Reservations;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Scsi.Tests;

/// <summary>What all parameter lists owe: their examples both ways, and any bytes are a list or a violation.</summary>
public sealed class ParameterListTests
{
    private const string Initiator = "45000018" + "69716E2E78" + "2C692C3078" + "303233643030303030303031" + "0000";

    private delegate IScsiParameterList Reader(ReadOnlySpan<byte> source);

    public static TheoryData<string, string, IScsiParameterList> Examples => new()
    {
        { nameof(UnmapList), "0006" + "0000" + "00000000", new UnmapList { Blocks = [] } },
        {
            nameof(UnmapList),
            "0026" + "0020" + "00000000"
                + "0102030405060708" + "090A0B0C" + "00000000" + "0000000000000001" + "00000002" + "00000000",
            new UnmapList { Blocks = [new(0x0102_0304_0506_0708, 0x090A_0B0C), new(1, 2)] }
        },
        {
            nameof(CopyParameters),
            "01" + "19" + "0020" + "00000000" + "0000001C" + "00000000"
                + "E4" + "00" + "0000" + "01" + "03" + "00" + "08" + "3102030405060708" + new string('0', 24)
                + "00000200"
                + "02" + "00" + "0018" + "0000" + "0000" + "0000" + "0800" + "0102030405060708" + "1112131415161718",
            new CopyParameters
            {
                ListIdentifier = 1,
                ListIdentifierUsage = 3,
                Priority = 1,
                Devices =
                [
                    new()
                    {
                        Name = new()
                        {
                            CodeSet = DesignatorCodeSet.Binary,
                            Type = DesignatorType.Naa,
                            Identifier = [0x31, 2, 3, 4, 5, 6, 7, 8],
                        },
                        BlockLength = 512,
                    },
                ],
                Segments =
                [
                    new()
                    {
                        BlockCount = 2048,
                        SourceBlock = 0x0102_0304_0506_0708,
                        DestinationBlock = 0x1112_1314_1516_1718,
                    },
                ],
            }
        },
        {
            nameof(ReservationParameters),
            "0102030405060708" + "1112131415161718" + "00000000" + "05" + "000000",
            new ReservationParameters
            {
                Key = 0x0102_0304_0506_0708,
                ActionKey = 0x1112_1314_1516_1718,
                IsForAllPorts = true,
                Persists = true,
            }
        },
        {
            nameof(ReservationParameters),
            "0102030405060708" + "1112131415161718" + "00000000" + "08" + "000000" + "0000001C" + Initiator,
            new ReservationParameters
            {
                Key = 0x0102_0304_0506_0708,
                ActionKey = 0x1112_1314_1516_1718,
                Initiators = [new() { InitiatorName = "iqn.x", Isid = 0x023D_0000_0001 }],
            }
        },
        {
            nameof(MoveParameters),
            "0102030405060708" + "1112131415161718" + "00" + "03" + "0001" + "0000001C" + Initiator,
            new MoveParameters
            {
                Key = 0x0102_0304_0506_0708,
                ActionKey = 0x1112_1314_1516_1718,
                Unregisters = true,
                Persists = true,
                RelativePort = 1,
                Initiator = new() { InitiatorName = "iqn.x", Isid = 0x023D_0000_0001 },
            }
        },
        {
            nameof(ModeForm.Six),
            "00" + "00" + "00" + "00" + "0A0A" + "04000000000000000000",
            new ModeParameterList(
                new() { Pages = [new ControlPage { UsesDescriptorSense = true }.ToPage()] }, ModeForm.Six)
        },
        {
            nameof(ModeForm.Ten),
            "0000" + "00" + "00" + "00" + "00" + "0000" + "0812" + "04" + new string('0', 34),
            new ModeParameterList(
                new() { Pages = [new CachingPage { IsWriteCacheEnabled = true }.ToPage()] }, ModeForm.Ten)
        },
    };

    public static TheoryData<string> Names => [.. Examples.Select(row => row.Data.Item1).Distinct()];

    [Theory, MemberData(nameof(Examples))]
    public void A_list_is_read_from_its_places_and_written_to_them(string name, string wire, IScsiParameterList list)
    {
        byte[] written = new byte[list.WireLength];
        written.AsSpan().Fill(0xEE);

        list.Write(written);

        Assert.Equal(wire, Convert.ToHexString(written));
        IScsiParameterList read = ReaderOf(name)(Convert.FromHexString(wire));
        Assert.Equal(wire, Convert.ToHexString(Written(read)));
    }

    [Theory, MemberData(nameof(Examples))]
    public void A_list_cut_anywhere_is_a_shorter_list_or_a_violation(
        string name, string wire, IScsiParameterList list)
    {
        byte[] whole = Convert.FromHexString(wire);
        for (int length = 0; length < whole.Length; length++)
        {
            IScsiParameterList? cut = Attempt.ReadObject(() => ReaderOf(name)(whole.AsSpan(0, length)));

            Assert.True(cut is null || cut.WireLength < list.WireLength);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Random_bytes_are_a_list_or_a_violation(string name)
    {
        byte[] start = Convert.FromHexString(Examples.Last(row => row.Data.Item1 == name).Data.Item2);
        var chance = new Random(name.Length);
        int readCount = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = [.. start];
            bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
            bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
            if (Attempt.ReadObject(() => ReaderOf(name)(bytes)) is { } list)
            {
                readCount++;
                Assert.Equal(Written(list), Written(ReaderOf(name)(Written(list))));
            }
        }

        Assert.NotEqual(0, readCount);
    }

    [Theory]
    [InlineData("0006" + "0010" + "00000000" + "000000000000000100000002", 0)]
    [InlineData("0026" + "0010" + "00000000" + "00000000000000010000000200000000" + "0000000000000003", 1)]
    [Requirement("SCSI-18")]
    public void A_cut_descriptor_of_blocks_does_not_count(string wire, int count)
    {
        Assert.Equal(count, UnmapList.Read(Convert.FromHexString(wire)).Blocks.Count);
    }

    [Theory]
    [InlineData("46000018")]
    [InlineData("85000018")]
    [InlineData("45000010")]
    [InlineData("45000017")]
    [InlineData("4500001C")]
    public void A_name_in_another_form_is_a_violation(string header)
    {
        byte[] wire = Convert.FromHexString(header + Initiator[8..]);

        Assert.Throws<ProtocolViolationException>(() => TransportId.Read(wire));
    }

    [Fact]
    public void A_short_name_is_filled_up_to_twenty_bytes()
    {
        byte[] written = new byte[24];

        new TransportId { InitiatorName = "iqn.x" }.Write(written);

        Assert.Equal("05000014" + "69716E2E78" + new string('0', 30), Convert.ToHexString(written));
        Assert.Equal(new TransportId { InitiatorName = "iqn.x" }, TransportId.Read(written));
    }

    private static byte[] Written(IScsiParameterList list)
    {
        byte[] written = new byte[list.WireLength];
        list.Write(written);
        return written;
    }

    private static Reader ReaderOf(string name) => name switch
    {
        nameof(UnmapList) => UnmapList.Read,
        nameof(ReservationParameters) => ReservationParameters.Read,
        nameof(MoveParameters) => MoveParameters.Read,
        nameof(CopyParameters) => CopyParameters.Read,
        nameof(ModeForm.Six) => source => ModeParameterList.Read(source, ModeForm.Six),
        nameof(ModeForm.Ten) => source => ModeParameterList.Read(source, ModeForm.Ten),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}
