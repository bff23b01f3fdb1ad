using IscsiMount.Primitives;
using IscsiMount.Scsi.Capacity;
using IscsiMount.Scsi.Copying;
using IscsiMount.Scsi.Identity;
using IscsiMount.Scsi.Mode;
using IscsiMount.Scsi.Paths;
using IscsiMount.Scsi.Provisioning;
using IscsiMount.Scsi.Reservations;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Transfer;
using IscsiMount.Scsi.Unit;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Scsi.Tests;

public sealed class CommandTests
{
    private delegate ScsiCommand Reader(ReadOnlySpan<byte> cdb);

    public static TheoryData<string, ScsiCommand> Examples => new()
    {
        { "00" + "0000000000", new TestUnitReady() },
        { "03" + "00" + "0000" + "FC" + "00", new RequestSense() },
        {
            "03" + "01" + "0000" + "12" + "00",
            new RequestSense { Format = SenseFormat.Descriptor, AllocationLength = 18 }
        },
        { "12" + "00" + "00" + "0060" + "00", new Inquiry { AllocationLength = 96 } },
        {
            "12" + "01" + "83" + "1000" + "00",
            new Inquiry
            {
                IsVitalProductPage = true,
                PageCode = VitalProductPageCode.DeviceIdentification,
                AllocationLength = 4096,
            }
        },
        { "1A" + "00" + "3F" + "00" + "FF" + "00", new ModeSense() },
        {
            "1A" + "08" + "48" + "00" + "20" + "00",
            new ModeSense
            {
                WithoutBlockDescriptors = true,
                Control = ModePageControl.Changeable,
                Page = ModePageCode.Caching,
                AllocationLength = 32,
            }
        },
        {
            "5A" + "18" + "BF" + "FF" + "000000" + "0200" + "00",
            new ModeSense
            {
                Form = ModeForm.Ten,
                AcceptsLongBlocks = true,
                WithoutBlockDescriptors = true,
                Control = ModePageControl.Default,
                Subpage = 0xFF,
                AllocationLength = 512,
            }
        },
        { "1B" + "01" + "0000" + "01" + "00", new StartStopUnit { IsImmediate = true, Start = true } },
        {
            "1B" + "00" + "0003" + "26" + "00",
            new StartStopUnit
            {
                Power = PowerCondition.Idle,
                PowerModifier = 3,
                WithoutFlush = true,
                LoadOrEject = true,
            }
        },
        { "1E" + "000000" + "01" + "00", new PreventAllowMediumRemoval { Prevent = 1 } },
        { "25" + "00" + "00000000" + "0000" + "00" + "00", new ReadCapacity10() },
        {
            "25" + "00" + "01020304" + "0000" + "01" + "00",
            new ReadCapacity10 { Block = 0x0102_0304, IsPartial = true }
        },
        { "9E" + "10" + "0000000000000000" + "00000020" + "00" + "00", new ReadCapacity16() },
        {
            "35" + "02" + "01020304" + "00" + "0506" + "00",
            new SynchronizeCache
            {
                Form = CdbForm.Ten, IsImmediate = true, FirstBlock = 0x0102_0304, BlockCount = 0x0506,
            }
        },
        {
            "91" + "00" + "0102030405060708" + "090A0B0C" + "00" + "00",
            new SynchronizeCache { FirstBlock = 0x0102_0304_0506_0708, BlockCount = 0x090A_0B0C }
        },
        { "34" + "02" + "01020304" + "07" + "0506" + "00", Fetch(CdbForm.Ten, 0x0102_0304, 0x0506, 7) },
        {
            "90" + "02" + "0102030405060708" + "090A0B0C" + "07" + "00",
            Fetch(CdbForm.Sixteen, 0x0102_0304_0506_0708, 0x090A_0B0C, 7)
        },
        {
            "41" + "28" + "01020304" + "00" + "0506" + "00",
            new WriteSame
            {
                Form = CdbForm.Ten, Protection = 1, MayUnmap = true, FirstBlock = 0x0102_0304, BlockCount = 0x0506,
            }
        },
        {
            "93" + "19" + "0102030405060708" + "090A0B0C" + "1F" + "00",
            new WriteSame
            {
                MayUnmap = true,
                Anchors = true,
                IsWithoutData = true,
                FirstBlock = 0x0102_0304_0506_0708,
                BlockCount = 0x090A_0B0C,
                Group = 0x1F,
            }
        },
        {
            "89" + "38" + "0102030405060708" + "000000" + "09" + "0A" + "00",
            new CompareAndWrite
            {
                Protection = 1,
                DisablePageOut = true,
                ForceUnitAccess = true,
                FirstBlock = 0x0102_0304_0506_0708,
                BlockCount = 9,
                Group = 10,
            }
        },
        {
            "9C" + "18" + "0102030405060708" + "090A" + "0B0C" + "0D" + "00",
            new WriteAtomic
            {
                DisablePageOut = true,
                ForceUnitAccess = true,
                FirstBlock = 0x0102_0304_0506_0708,
                Boundary = 0x090A,
                BlockCount = 0x0B0C,
                Group = 13,
            }
        },
        {
            "42" + "01" + "00000000" + "03" + "0028" + "00",
            new Unmap { Anchors = true, Group = 3, ParameterListLength = 40 }
        },
        {
            "9E" + "12" + "0102030405060708" + "00001000" + "00" + "00",
            new GetLbaStatus { FirstBlock = 0x0102_0304_0506_0708 }
        },
        { "15" + "11" + "0000" + "18" + "00", new ModeSelect { SavesPages = true, ParameterListLength = 24 } },
        {
            "55" + "10" + "0000000000" + "0102" + "00",
            new ModeSelect { Form = ModeForm.Ten, ParameterListLength = 0x0102 }
        },
        {
            "5E" + "03" + "0000000000" + "0102" + "00",
            new PersistentReserveIn { Report = ReservationReport.FullStatus, AllocationLength = 0x0102 }
        },
        {
            "5F" + "05" + "06" + "0000" + "00000018" + "00",
            new PersistentReserveOut
            {
                Action = ReservationAction.PreemptAndAbort,
                Type = ReservationType.ExclusiveAccessRegistrantsOnly,
            }
        },
        {
            "A3" + "2A" + "00000000" + "00001000" + "00" + "00",
            new ReportTargetPortGroups { WantsExtendedHeader = true }
        },
        {
            "83" + "00" + "0000000000000000" + "01020304" + "00" + "00",
            new ExtendedCopy { ParameterListLength = 0x0102_0304 }
        },
        {
            "84" + "03" + "07" + "00000000000000" + "00000400" + "00" + "00",
            new ReceiveCopyResults { Report = CopyReport.OperatingParameters, ListIdentifier = 7 }
        },
        {
            "37" + "00" + "1D" + "00000000" + "1000" + "00",
            new ReadDefects { WantsFactoryList = true, WantsGrownList = true, Format = 5 }
        },
        {
            "B7" + "0D" + "01020304" + "00001000" + "00" + "00",
            new ReadDefects { Form = CdbForm.Twelve, WantsGrownList = true, Format = 5, FirstDescriptor = 0x0102_0304 }
        },
        { "A0" + "00" + "00" + "000000" + "00010000" + "00" + "00", new ReportLuns() },
        {
            "A0" + "00" + "02" + "000000" + "00000010" + "00" + "00",
            new ReportLuns { Selection = LunSelection.All, AllocationLength = 16 }
        },
        {
            "A3" + "0C" + "82" + "9E" + "0010" + "00000040" + "00" + "00",
            new ReportSupportedOperationCodes
            {
                WithTimeouts = true,
                Reporting = OperationReporting.OneWithServiceAction,
                RequestedOperation = OperationCode.ServiceActionIn16,
                RequestedServiceAction = 0x10,
                AllocationLength = 64,
            }
        },
    };

    public static TheoryData<OperationCode, byte> Codes => new()
    {
        { OperationCode.TestUnitReady, 0 },
        { OperationCode.RequestSense, 0 },
        { OperationCode.Inquiry, 0 },
        { OperationCode.ModeSense6, 0 },
        { OperationCode.ModeSense10, 0 },
        { OperationCode.StartStopUnit, 0 },
        { OperationCode.PreventAllowMediumRemoval, 0 },
        { OperationCode.ReadCapacity10, 0 },
        { OperationCode.ServiceActionIn16, ServiceAction.ReadCapacity16 },
        { OperationCode.SynchronizeCache10, 0 },
        { OperationCode.SynchronizeCache16, 0 },
        { OperationCode.PreFetch10, 0 },
        { OperationCode.PreFetch16, 0 },
        { OperationCode.WriteSame10, 0 },
        { OperationCode.WriteSame16, 0 },
        { OperationCode.CompareAndWrite, 0 },
        { OperationCode.WriteAtomic16, 0 },
        { OperationCode.Unmap, 0 },
        { OperationCode.ServiceActionIn16, ServiceAction.GetLbaStatus },
        { OperationCode.ModeSelect6, 0 },
        { OperationCode.ModeSelect10, 0 },
        { OperationCode.PersistentReserveIn, 0 },
        { OperationCode.PersistentReserveOut, 0 },
        { OperationCode.MaintenanceIn, ServiceAction.TargetPortGroups },
        { OperationCode.ExtendedCopy, 0 },
        { OperationCode.ReceiveCopyResults, 0 },
        { OperationCode.ReadDefectData10, 0 },
        { OperationCode.ReadDefectData12, 0 },
        { OperationCode.ReportLuns, 0 },
        { OperationCode.MaintenanceIn, ServiceAction.ReportSupportedOperationCodes },
    };

    [Theory, MemberData(nameof(Examples))]
    public void A_command_is_written_to_its_places_and_read_from_them(string wire, ScsiCommand command)
    {
        byte[] expected = new byte[ScsiCommand.CdbFieldLength];
        Convert.FromHexString(wire).CopyTo(expected, 0);
        byte[] written = new byte[ScsiCommand.CdbFieldLength];
        written.AsSpan().Fill(0xEE);

        command.WriteCdb(written);

        Assert.Equal(expected, written);
        Assert.Equal(command, ReaderOf(expected)(expected));
    }

    [Theory, MemberData(nameof(Codes))]
    public void Any_block_is_read_and_what_was_read_survives_a_round_trip(OperationCode operation, byte serviceAction)
    {
        var chance = new Random((int)operation);
        byte[] cdb = new byte[ScsiCommand.CdbFieldLength];
        byte[] written = new byte[ScsiCommand.CdbFieldLength];
        for (int i = 0; i < 500; i++)
        {
            chance.NextBytes(cdb);
            cdb[0] = (byte)operation;
            cdb[1] = serviceAction == 0 ? cdb[1] : serviceAction;

            ScsiCommand command = ReaderOf(cdb)(cdb);
            command.WriteCdb(written);

            Assert.Equal(command, ReaderOf(cdb)(written));
        }
    }

    [Theory]
    [InlineData("12" + "00" + "83" + "00FF" + "00", 2, null)]
    [InlineData("25" + "00" + "00000001" + "0000" + "00" + "00", 2, null)]
    [InlineData("1B" + "00" + "0000" + "40" + "00", 4, 7)]
    [InlineData("1E" + "000000" + "03" + "00", 4, 1)]
    [InlineData("41" + "01" + "00000000" + "00" + "0001" + "00", 1, 0)]
    [InlineData("41" + "04" + "00000000" + "00" + "0001" + "00", 1, 2)]
    [InlineData("93" + "02" + "0000000000000000" + "00000001" + "00" + "00", 1, 2)]
    [InlineData("93" + "10" + "0000000000000000" + "00000001" + "00" + "00", 1, 4)]
    [InlineData("9E" + "12" + "0000000000000000" + "00001000" + "01" + "00", 14, null)]
    [InlineData("15" + "00" + "0000" + "18" + "00", 1, 4)]
    [InlineData("5E" + "04" + "0000000000" + "0102" + "00", 1, 4)]
    [InlineData("5F" + "08" + "00" + "0000" + "00000018" + "00", 1, 4)]
    [InlineData("A3" + "4A" + "00000000" + "00001000" + "00" + "00", 1, 7)]
    [InlineData("A0" + "00" + "03" + "000000" + "00000010" + "00" + "00", 2, null)]
    [InlineData("A3" + "0C" + "03" + "9E" + "0010" + "00000040" + "00" + "00", 2, 2)]
    [Requirement("SCSI-01", "SCSI-08", "SCSI-22")]
    public void A_block_that_contradicts_the_standard_names_the_field(string wire, int field, int? bit)
    {
        byte[] cdb = new byte[ScsiCommand.CdbFieldLength];
        Convert.FromHexString(wire).CopyTo(cdb, 0);

        CdbField? invalid = ReaderOf(cdb)(cdb).InvalidField;

        Assert.Equal(new CdbField((ushort)field, (byte?)bit), invalid);
    }

    [Theory, MemberData(nameof(Examples))]
    public void What_an_initiator_sends_contradicts_nothing(string wire, ScsiCommand command)
    {
        Assert.Null(command.InvalidField);
        Assert.NotEmpty(wire);
    }

    [Fact]
    public void An_allocation_length_beyond_two_gigabytes_is_cut_there()
    {
        byte[] cdb = Convert.FromHexString("A0" + "00" + "00" + "000000" + "FFFFFFFF" + "00" + "00" + "00000000");

        Assert.Equal(int.MaxValue, ReportLuns.Read(cdb).AllocationLength);
    }

    [Fact]
    public void A_block_of_another_operation_is_a_bug_of_the_caller()
    {
        byte[] cdb = new byte[ScsiCommand.CdbFieldLength];

        Assert.Throws<InvariantViolationException>(() => Inquiry.Read(cdb));
        Assert.Throws<InvariantViolationException>(() => TestUnitReady.Read(cdb.AsSpan(0, 6)));
    }

    [Fact]
    public void Queries_write_the_commands_that_they_stand_for()
    {
        Assert.Equal("120000006000", Written(new StandardInquiry().WriteCdb, 6));
        Assert.Equal("1201B0100000", Written(new VitalProductInquiry<BlockLimits>().WriteCdb, 6));
        Assert.Equal("A30C000000000000200000", Written(new SupportedOperationsInquiry().WriteCdb, 11));
        Assert.Equal("A30C0142000000000040", Written(new OperationSupportInquiry(OperationCode.Unmap).WriteCdb, 10));
        Assert.Equal("5E020000000000200000", Written(new ReservationInquiry<ReservationCapabilities>().WriteCdb, 10));
        Assert.Equal(
            "A30C029E001000000040",
            Written(new OperationSupportInquiry(OperationCode.ServiceActionIn16, 0x10).WriteCdb, 10));
    }

    private delegate void Writer(Span<byte> cdb);

    private static string Written(Writer write, int length)
    {
        byte[] cdb = new byte[ScsiCommand.CdbFieldLength];
        write(cdb);
        return Convert.ToHexString(cdb.AsSpan(0, length));
    }

    private static PreFetch Fetch(CdbForm form, ulong firstBlock, uint blockCount, byte group) => new()
    {
        Form = form,
        IsImmediate = true,
        FirstBlock = firstBlock,
        BlockCount = blockCount,
        Group = group,
    };

    private static Reader ReaderOf(byte[] cdb) => (OperationCode)cdb[0] switch
    {
        OperationCode.TestUnitReady => TestUnitReady.Read,
        OperationCode.RequestSense => RequestSense.Read,
        OperationCode.Inquiry => Inquiry.Read,
        OperationCode.ModeSense6 or OperationCode.ModeSense10 => ModeSense.Read,
        OperationCode.StartStopUnit => StartStopUnit.Read,
        OperationCode.PreventAllowMediumRemoval => PreventAllowMediumRemoval.Read,
        OperationCode.ReadCapacity10 => ReadCapacity10.Read,
        OperationCode.ServiceActionIn16 => (cdb[1] & ServiceAction.Mask) == ServiceAction.GetLbaStatus
            ? GetLbaStatus.Read
            : ReadCapacity16.Read,
        OperationCode.SynchronizeCache10 or OperationCode.SynchronizeCache16 => SynchronizeCache.Read,
        OperationCode.PreFetch10 or OperationCode.PreFetch16 => PreFetch.Read,
        OperationCode.WriteSame10 or OperationCode.WriteSame16 => WriteSame.Read,
        OperationCode.CompareAndWrite => CompareAndWrite.Read,
        OperationCode.WriteAtomic16 => WriteAtomic.Read,
        OperationCode.Unmap => Unmap.Read,
        OperationCode.ModeSelect6 or OperationCode.ModeSelect10 => ModeSelect.Read,
        OperationCode.PersistentReserveIn => PersistentReserveIn.Read,
        OperationCode.PersistentReserveOut => PersistentReserveOut.Read,
        OperationCode.ExtendedCopy => ExtendedCopy.Read,
        OperationCode.ReceiveCopyResults => ReceiveCopyResults.Read,
        OperationCode.ReadDefectData10 or OperationCode.ReadDefectData12 => ReadDefects.Read,
        OperationCode.ReportLuns => ReportLuns.Read,
        OperationCode.MaintenanceIn => (cdb[1] & ServiceAction.Mask) == ServiceAction.TargetPortGroups
            ? ReportTargetPortGroups.Read
            : ReportSupportedOperationCodes.Read,
        _ => throw new ArgumentOutOfRangeException(nameof(cdb)),
    };
}
