using IscsiMount.Scsi.Capacity;
using IscsiMount.Scsi.Copying;
using IscsiMount.Scsi.Identity;
using IscsiMount.Scsi.Paths;
using IscsiMount.Scsi.Provisioning;
using IscsiMount.Scsi.Reservations;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Transfer;
using IscsiMount.Scsi.Unit;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Scsi.Tests;

/// <summary>What all answers owe: their examples both ways, and any bytes survive or are a violation.</summary>
public sealed class AnswerTests
{
    private delegate IScsiAnswer Reader(ReadOnlySpan<byte> source);

    public static TheoryData<string, string, IScsiAnswer> Examples => new()
    {
        {
            nameof(LogicalUnitCapacity),
            "00000000003FFFFF" + "00000200" + "00" + "03" + "C007" + "00000000000000000000000000000000",
            new LogicalUnitCapacity
            {
                BlockCount = 0x40_0000,
                BlockLength = 512,
                PhysicalBlockExponent = 3,
                IsThin = true,
                UnmappedReadsZero = true,
                LowestAlignedBlock = 7,
            }
        },
        {
            nameof(ShortCapacity),
            "000FFFFF" + "00001000",
            new ShortCapacity { LastBlock = 0xF_FFFF, BlockLength = 4096 }
        },
        {
            nameof(LogicalUnitList),
            "00000018" + "00000000" + "0000000000000000" + "0001000000000000" + "D200012C00000000",
            LogicalUnitList.Of([new(0), new(0x0001_0000_0000_0000), new(0xD200_012C_0000_0000)])
        },
        {
            nameof(InquiryData),
            "00" + "00" + "06" + "12" + "5B" + "00" + "00" + "02"
                + "4953434D4F554E54" + "52414D204449534B2020202020202020" + "30303031"
                + "00000000000000000000000000000000000000000000" + "00A0" + "0460" + "04C0" + "0961"
                + "0000000000000000" + "00000000000000000000000000000000000000000000",
            new InquiryData
            {
                Vendor = "ISCMOUNT",
                Product = "RAM DISK",
                Revision = "0001",
                VersionDescriptors = [0x00A0, 0x0460, 0x04C0, 0x0961],
            }
        },
        {
            nameof(SupportedPages),
            "00" + "00" + "0006" + "00" + "80" + "83" + "B0" + "B1" + "B2",
            new SupportedPages
            {
                Pages =
                [
                    VitalProductPageCode.SupportedPages, VitalProductPageCode.UnitSerialNumber,
                    VitalProductPageCode.DeviceIdentification, VitalProductPageCode.BlockLimits,
                    VitalProductPageCode.BlockDeviceCharacteristics, VitalProductPageCode.LogicalBlockProvisioning,
                ],
            }
        },
        {
            nameof(UnitSerialNumber),
            "00" + "80" + "0008" + "4142433132333435",
            new UnitSerialNumber { SerialNumber = "ABC12345" }
        },
        {
            nameof(DeviceIdentification),
            "00" + "83" + "0020"
                + "01" + "03" + "00" + "10" + "60014050000000010000000000000002"
                + "51" + "94" + "00" + "04" + "00000001"
                + "01" + "20" + "00" + "00",
            new DeviceIdentification
            {
                Designators =
                [
                    new()
                    {
                        CodeSet = DesignatorCodeSet.Binary,
                        Type = DesignatorType.Naa,
                        Identifier = [0x60, 0x01, 0x40, 0x50, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2],
                    },
                    new()
                    {
                        Protocol = 5,
                        CodeSet = DesignatorCodeSet.Binary,
                        Association = DesignatorAssociation.TargetPort,
                        Type = DesignatorType.RelativeTargetPort,
                        Identifier = [0, 0, 0, 1],
                    },
                    new()
                    {
                        CodeSet = DesignatorCodeSet.Binary,
                        Association = DesignatorAssociation.TargetDevice,
                        Type = DesignatorType.VendorSpecific,
                        Identifier = [],
                    },
                ],
            }
        },
        {
            nameof(BlockLimits),
            "00" + "B0" + "003C" + "01" + "10" + "0008" + "00000800" + "00000200" + "00000100" + "00010000" + "00000040"
                + "00000010" + "80000004" + "0000000000000400"
                + "00000800" + "00000001" + "00000002" + "00000400" + "00000080",
            new BlockLimits
            {
                WriteSameNeedsCount = true,
                CompareAndWriteBlocksMax = 16,
                TransferGranularity = 8,
                TransferBlocksMax = 2048,
                TransferBlocksOptimal = 512,
                PrefetchBlocksMax = 256,
                UnmapBlocksMax = 65536,
                UnmapDescriptorsMax = 64,
                UnmapGranularity = 16,
                UnmapAlignment = 4,
                WriteSameBlocksMax = 1024,
                AtomicBlocksMax = 2048,
                AtomicAlignment = 1,
                AtomicGranularity = 2,
                BoundedAtomicBlocksMax = 1024,
                AtomicBoundaryMax = 128,
            }
        },
        {
            nameof(BlockDeviceCharacteristics),
            "00" + "B1" + "003C" + "1C20" + "00" + "03" + "01" + new string('0', 110),
            new BlockDeviceCharacteristics { RotationRate = 7200, FormFactor = 3, VerifiesUnmappedBlocks = true }
        },
        {
            nameof(LogicalBlockProvisioning),
            "00" + "B2" + "0004" + "0C" + "E6" + "02" + "00",
            new LogicalBlockProvisioning
            {
                ThresholdExponent = 12,
                SupportsUnmap = true,
                SupportsWriteSame16Unmap = true,
                SupportsWriteSame10Unmap = true,
                UnmappedRead = 1,
                SupportsAnchor = true,
                Provisioning = ProvisioningType.Thin,
            }
        },
        {
            nameof(SupportedOperations),
            "00000010" + "00" + "00" + "0000" + "00" + "00" + "0006" + "9E" + "00" + "0010" + "00" + "01" + "0010",
            new SupportedOperations
            {
                Operations =
                [
                    new() { Operation = OperationCode.TestUnitReady, CdbLength = 6 },
                    new() { Operation = OperationCode.ServiceActionIn16, ServiceAction = 0x10, CdbLength = 16 },
                ],
            }
        },
        {
            nameof(OperationSupport),
            "00" + "03" + "0006" + "000000000000",
            new OperationSupport { Level = SupportLevel.Standard, Usage = [0, 0, 0, 0, 0, 0] }
        },
        {
            nameof(CopyStatus),
            "00000008" + "01" + "0003" + "01" + "00000400",
            new CopyStatus { IsDone = true, SegmentCount = 3, TransferredKibibytes = 1024 }
        },
        {
            nameof(CopyLimits),
            "0000002A" + "00000000" + "0010" + "0020" + "00000300" + "01FFFE00" + "00000000" + "00000000" + "00000000"
                + "0000" + "0001" + "01" + "000000" + "000000" + "02" + "02E4",
            new CopyLimits
            {
                DevicesMax = 16,
                SegmentsMax = 32,
                DescriptorLengthMax = 768,
                SegmentSizeMax = 0x01FF_FE00,
                CopiesMax = 1,
                Types = [0x02, 0xE4],
            }
        },
        {
            nameof(DefectList),
            "00" + "1D" + "0000",
            new DefectList { HasFactoryList = true, HasGrownList = true, Format = 5 }
        },
        {
            nameof(ExtendedInquiry),
            "00" + "86" + "003C" + "00" + "07" + "01" + new string('0', 114),
            new ExtendedInquiry
            {
                SupportsSimpleTasks = true,
                SupportsOrderedTasks = true,
                SupportsHeadOfQueueTasks = true,
                HasVolatileCache = true,
            }
        },
        {
            nameof(LbaStatusList),
            "00000024" + "00000000"
                + "0000000000000010" + "00000008" + "00" + "00" + "0000"
                + "0000000000000018" + "00000100" + "01" + "00" + "0000",
            new LbaStatusList
            {
                Runs =
                [
                    new(new(16, 8), ProvisioningStatus.Mapped),
                    new(new(24, 256), ProvisioningStatus.Deallocated),
                ],
            }
        },
        {
            nameof(TargetPortGroups),
            "00000010" + "101E0000" + "80" + "0F" + "0001" + "00" + "02" + "00" + "01" + "00000001",
            new TargetPortGroups { TransitionSeconds = 30, Groups = [PortGroup] }
        },
        {
            nameof(ReservationKeys),
            "00000007" + "00000010" + "0102030405060708" + "1112131415161718",
            new ReservationKeys { Generation = 7, Keys = [0x0102_0304_0506_0708, 0x1112_1314_1516_1718] }
        },
        { nameof(CurrentReservation), "00000007" + "00000000", new CurrentReservation { Generation = 7 } },
        {
            nameof(CurrentReservation),
            "00000007" + "00000010" + "0102030405060708" + "00000000" + "00" + "06" + "0000",
            new CurrentReservation
            {
                Generation = 7,
                Holder = (0x0102_0304_0506_0708, ReservationType.ExclusiveAccessRegistrantsOnly),
            }
        },
        {
            nameof(ReservationCapabilities),
            "0008" + "1D" + "A1" + "EA" + "01" + "0000",
            new ReservationCapabilities
            {
                HandlesOldReserve = true,
                TakesOtherInitiators = true,
                TakesAllPorts = true,
                CanPersist = true,
                DoesPersist = true,
                AllowCommands = 2,
                HasAllTypes = true,
            }
        },
        {
            nameof(FullReservationStatus),
            "00000007" + "00000034"
                + "0102030405060708" + "00000000" + "03" + "05" + "00000000" + "0001" + "0000001C"
                + "45000018" + "69716E2E78" + "2C692C3078" + "303233643030303030303031" + "0000",
            new FullReservationStatus
            {
                Generation = 7,
                Registrants =
                [
                    new()
                    {
                        Key = 0x0102_0304_0506_0708,
                        Initiator = new() { InitiatorName = "iqn.x", Isid = 0x023D_0000_0001 },
                        RelativePort = 1,
                        IsForAllPorts = true,
                        Held = ReservationType.WriteExclusiveRegistrantsOnly,
                    },
                ],
            }
        },
    };

    public static TheoryData<string> Names => [.. Examples.Select(row => row.Data.Item1).Distinct()];

    private static TargetPortGroup PortGroup => new()
    {
        Number = 1,
        IsPreferred = true,
        SupportedStates = PathStates.ActiveOptimized | PathStates.ActiveNonOptimized | PathStates.Standby
            | PathStates.Unavailable,
        StatusCode = 2,
        Ports = [1],
    };

    [Theory, MemberData(nameof(Examples))]
    public void An_answer_is_read_from_its_places_and_written_to_them(string name, string wire, IScsiAnswer answer)
    {
        byte[] written = new byte[answer.WireLength];
        written.AsSpan().Fill(0xEE);

        answer.Write(written);

        Assert.Equal(wire, Convert.ToHexString(written));
        Assert.Equal(answer, ReaderOf(name)(Convert.FromHexString(wire)));
    }

    [Theory, MemberData(nameof(Examples))]
    public void An_answer_cut_anywhere_is_an_answer_or_a_violation(string name, string wire, IScsiAnswer answer)
    {
        byte[] whole = Convert.FromHexString(wire);
        for (int length = 0; length < whole.Length; length++)
        {
            IScsiAnswer? cut = Attempt.ReadObject(() => ReaderOf(name)(whole.AsSpan(0, length)));

            Assert.True(cut is null || cut.WireLength <= answer.WireLength);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(string name)
    {
        string example = Examples.First(row => row.Data.Item1 == name).Data.Item2;
        byte[] start = Convert.FromHexString(example);
        var chance = new Random(name.Length);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = new byte[chance.Next(400)];
            chance.NextBytes(bytes);

            // Half of them begin like an example, or a page code of chance would end nearly all attempts at once.
            start.AsSpan(0, Math.Min(bytes.Length, chance.Next(2) * 4)).CopyTo(bytes);
            if (Attempt.ReadObject(() => ReaderOf(name)(bytes)) is { } answer && CanBeWritten(answer))
            {
                byte[] written = new byte[answer.WireLength];
                answer.Write(written);
                AssertSame(answer, ReaderOf(name)(written));
            }
        }
    }

    [Fact]
    public void Random_sense_data_survives_a_round_trip_or_is_a_violation()
    {
        var chance = new Random(1);
        byte[] written = new byte[SenseData.LengthMax];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[chance.Next(300)];
            chance.NextBytes(bytes);
            bytes.AsSpan(0, Math.Min(1, bytes.Length)).Fill((byte)(0x70 + chance.Next(5)));
            if (Attempt.Read(() => SenseData.Read(bytes)) is { } sense)
            {
                int length = sense.Write(written, SenseFormat.Descriptor);
                Assert.Equal(sense, SenseData.Read(written.AsSpan(0, length)));
            }
        }
    }

    // The last block of a list may be cut, and a page of 65,535 designator bytes cannot be told in one page again.
    private static bool CanBeWritten(IScsiAnswer answer) => answer.WireLength <= 65_539;

    private static void AssertSame(IScsiAnswer expected, IScsiAnswer actual)
    {
        // A list that was cut told of a longer one. Written again it tells of itself.
        Assert.Equal(
            expected is LogicalUnitList list ? LogicalUnitList.Of(list.Units) : expected,
            actual);
    }

    private static Reader ReaderOf(string name) => name switch
    {
        nameof(LogicalUnitCapacity) => LogicalUnitCapacity.Read,
        nameof(ShortCapacity) => source => ShortCapacity.Read(source),
        nameof(LogicalUnitList) => LogicalUnitList.Read,
        nameof(InquiryData) => InquiryData.Read,
        nameof(SupportedPages) => SupportedPages.Read,
        nameof(UnitSerialNumber) => UnitSerialNumber.Read,
        nameof(DeviceIdentification) => DeviceIdentification.Read,
        nameof(BlockLimits) => BlockLimits.Read,
        nameof(BlockDeviceCharacteristics) => BlockDeviceCharacteristics.Read,
        nameof(LogicalBlockProvisioning) => LogicalBlockProvisioning.Read,
        nameof(SupportedOperations) => SupportedOperations.Read,
        nameof(OperationSupport) => OperationSupport.Read,
        nameof(CopyStatus) => CopyStatus.Read,
        nameof(CopyLimits) => CopyLimits.Read,
        nameof(DefectList) => source => DefectList.Read(source, CdbForm.Ten),
        nameof(ExtendedInquiry) => ExtendedInquiry.Read,
        nameof(LbaStatusList) => LbaStatusList.Read,
        nameof(TargetPortGroups) => TargetPortGroups.Read,
        nameof(ReservationKeys) => ReservationKeys.Read,
        nameof(CurrentReservation) => CurrentReservation.Read,
        nameof(ReservationCapabilities) => ReservationCapabilities.Read,
        nameof(FullReservationStatus) => FullReservationStatus.Read,
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}
