using IscsiMount.Block;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Capacity;
using IscsiMount.Scsi.Mode;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Units;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Units;

public sealed class DiskPlannerTests
{
    private const int BlockCount = 2048;

    private static readonly DiskPlanner Disk = Planner(isReadOnly: false);
    private static readonly DiskPlanner ReadOnlyDisk = Planner(isReadOnly: true);

    [Theory, Requirement("SCSI-12")]
    [InlineData("08 000010 04 00", 0x10, 4)]
    [InlineData("08 1FFFFF 00 00", 0x1FFFFF, 256)]
    [InlineData("28 18 00000010 00 0004 00", 0x10, 4)]
    [InlineData("A8 00 00000010 00000004 00 00", 0x10, 4)]
    [InlineData("88 00 0000000000000010 00000004 00 00", 0x10, 4)]
    public void A_read_of_each_form_reads_the_blocks_that_it_names(string cdb, ulong first, uint count)
    {
        CommandPlan plan = Planner(isReadOnly: true, blockCount: 0x20_00FF).Plan(Block(cdb));

        Assert.Equal(
            (PlanKind.Read, new BlockRange(first, count), (int)count * 512),
            (plan.Kind, plan.Range, plan.DataLength));
    }

    [Theory, Requirement("SCSI-12")]
    [InlineData("0A 000010 04 00", false)]
    [InlineData("2A 10 00000010 00 0004 00", false)]
    [InlineData("2A 08 00000010 00 0004 00", true)]
    [InlineData("AA 08 00000010 00000004 00 00", true)]
    [InlineData("8A 08 0000000000000010 00000004 00 00", true)]
    public void A_write_of_each_form_is_durable_if_it_says_so(string cdb, bool isDurable)
    {
        CommandPlan plan = Disk.Plan(Block(cdb));

        Assert.Equal(
            (PlanKind.Write, new BlockRange(0x10, 4), 2048, isDurable),
            (plan.Kind, plan.Range, plan.DataLength, plan.IsDurable));
    }

    [Theory, Requirement("SCSI-12")]
    [InlineData("28 00 00000000 00 0000 00")]
    [InlineData("2A 00 00000800 00 0000 00")]
    [InlineData("8F 00 0000000000000000 00000000 00 00")]
    public void A_transfer_of_no_blocks_is_good(string cdb)
    {
        Assert.Equal((PlanKind.Answer, 0), (Disk.Plan(Block(cdb)).Kind, Disk.Plan(Block(cdb)).DataLength));
    }

    [Theory, Requirement("SCSI-12")]
    [InlineData("28 00 00000800 00 0001 00", 0x800)]                     // the first block behind the end
    [InlineData("28 00 000007FF 00 0002 00", 0x800)]                     // crosses the end
    [InlineData("2A 00 00000801 00 0000 00", 0x801)]                     // nothing, but beyond the end
    [InlineData("88 00 FFFFFFFFFFFFFFFF 00000002 00 00", ulong.MaxValue)] // wraps around
    [InlineData("35 00 00000801 00 0000 00", 0x801)]
    [InlineData("91 00 0000000000000000 00000801 00 00", 0x800)]
    public void Blocks_that_are_not_there_are_refused_and_the_first_of_them_is_named(string cdb, ulong block)
    {
        SenseData sense = Refused(Disk, cdb);

        Assert.Equal(
            (SenseKey.IllegalRequest, AdditionalSense.BlockOutOfRange, block),
            (sense.Key, sense.Additional, sense.Information));
    }

    [Theory, Requirement("SCSI-12")]
    [InlineData("28 20 00000000 00 0001 00", 1, 5)]                      // protection information
    [InlineData("8A E0 0000000000000000 00000001 00 00", 1, 7)]
    [InlineData("2F 04 00000000 00 0001 00", 1, 2)]                      // a byte check that is reserved
    [InlineData("28 00 00000000 01 0001 00", 6, 0)]                      // a group
    [InlineData("28 00 00000000 00 0001 04", 9, 2)]                      // NACA
    [InlineData("88 00 0000000000000000 00004001 00 00", 10, null)]      // longer than the limit that is told
    [InlineData("12 00 80 0024 00", 2, null)]                            // a page without EVPD
    [InlineData("12 01 C0 0024 00", 2, null)]                            // a page that is not there
    [InlineData("25 00 00000001 000000 00", 2, null)]                    // a block without PMI
    [InlineData("1A 00 1C 00 FF 00", 2, 5)]                              // a mode page that is not there
    [InlineData("1B 00 00 00 02 00", 4, 1)]                              // eject
    [InlineData("9E 12 0000000000000000 00000020 00 00", 1, 4)]          // a service action that is not there
    [InlineData("A0 00 10 000000 00000010 00 00", 2, null)]              // a selection that is not there
    [InlineData("A3 0C 03 00 0000 00000010 00 00", 2, 2)]                // reporting options
    public void A_bad_field_is_refused_and_pointed_at(string cdb, int place, int? bit)
    {
        SenseData sense = Refused(Disk, cdb);

        Assert.Equal((SenseKey.IllegalRequest, AdditionalSense.InvalidFieldInCdb), (sense.Key, sense.Additional));
        Assert.Equal((new CdbField((ushort)place, (byte?)bit), true), sense.KeySpecific!.Value.FieldAtFault);
    }

    [Theory, Requirement("FFP-02")]
    [InlineData("42 00 00000000 00 0018 00")]    // UNMAP
    [InlineData("C0 00 0000000000000000 00000001 00 00")]
    [InlineData("FF 00 00 00 00 00")]
    public void An_unknown_operation_is_refused(string cdb)
    {
        SenseData sense = Refused(Disk, cdb);

        Assert.Equal((SenseKey.IllegalRequest, AdditionalSense.InvalidOperationCode), (sense.Key, sense.Additional));
    }

    [Theory, Requirement("TGT-07")]
    [InlineData("0A 000010 04 00")]
    [InlineData("2A 00 00000010 00 0004 00")]
    [InlineData("AA 00 00000010 00000004 00 00")]
    [InlineData("8A 00 0000000000000010 00000004 00 00")]
    [InlineData("2E 00 00000010 00 0004 00")]
    [InlineData("8A 00 FFFFFFFFFFFFFFFF 00000001 00 00")]    // protection comes before the range
    public void A_read_only_unit_refuses_every_write(string cdb)
    {
        SenseData sense = Refused(ReadOnlyDisk, cdb);

        Assert.Equal((SenseKey.DataProtect, AdditionalSense.WriteProtected), (sense.Key, sense.Additional));
    }

    [Theory, Requirement("SCSI-14")]
    [InlineData("2F 00 00000010 00 0004 00", PlanKind.Verify, 0)]
    [InlineData("2F 02 00000010 00 0004 00", PlanKind.Compare, 2048)]
    [InlineData("AF 02 00000010 00000004 00 00", PlanKind.Compare, 2048)]
    [InlineData("8F 00 0000000000000010 00000700 00 00", PlanKind.Verify, 0)]
    [InlineData("2E 00 00000010 00 0004 00", PlanKind.WriteAndVerify, 2048)]
    [InlineData("8E 02 0000000000000010 00000004 00 00", PlanKind.WriteAndVerify, 2048)]
    public void A_verification_takes_data_only_to_compare(string cdb, object kind, int dataLength)
    {
        CommandPlan plan = Disk.Plan(Block(cdb));

        Assert.Equal((kind, dataLength), (plan.Kind, plan.DataLength));
    }

    [Theory, Requirement("SCSI-15")]
    [InlineData("35 00 00000000 00 0000 00")]
    [InlineData("35 02 000007FF 00 0001 00")]    // even if the status might come early, it comes when all is stable
    [InlineData("91 00 0000000000000000 00000800 00 00")]
    [InlineData("1B 00 00 00 00 00")]            // a unit that stops flushes first
    public void What_makes_durable_flushes_the_device(string cdb)
    {
        Assert.Equal(PlanKind.Flush, Disk.Plan(Block(cdb)).Kind);
    }

    [Theory, Requirement("SCSI-17")]
    [InlineData("1B 00 00 00 01 00", true)]
    [InlineData("1B 00 00 00 00 00", false)]
    [InlineData("1B 00 00 00 04 00", false)]     // without a flush
    [InlineData("1B 00 00 00 10 00", null)]      // a power condition: this unit has none
    public void A_unit_is_started_and_stopped(string cdb, bool? starts)
    {
        Assert.Equal(starts, Disk.Plan(Block(cdb)).Starts);
    }

    [Fact, Requirement("SCSI-08")]
    public void The_capacity_is_told_in_both_forms()
    {
        byte[] small = Answered(Disk, "25 00 00000000 000000 00");
        byte[] large = Answered(Disk, "9E 10 0000000000000000 00000020 00 00");

        Assert.Equal("000007FF" + "00000200", Convert.ToHexString(small));
        Assert.Equal((2048UL, 512), (Capacity(large).BlockCount, Capacity(large).BlockLength));
    }

    [Fact, Requirement("SCSI-08")]
    public void A_capacity_that_does_not_fit_in_32_bits_says_so()
    {
        DiskPlanner disk = Planner(isReadOnly: false, blockCount: 0x1_0000_0001);

        Assert.Equal("FFFFFFFF" + "00000200", Convert.ToHexString(Answered(disk, "25 00 00000000 000000 00")));
        Assert.Equal(0x1_0000_0001UL, Capacity(Answered(disk, "9E 10 0000000000000000 00000020 00 00")).BlockCount);
    }

    [Theory, Requirement("SCSI-01")]
    [InlineData("12 00 00 0060 00", 96)]
    [InlineData("12 00 00 0024 00", 36)]
    [InlineData("12 00 00 0000 00", 0)]
    public void The_allocation_length_cuts_the_answer_and_not_its_length_field(string cdb, int length)
    {
        byte[] answer = Answered(Disk, cdb);

        Assert.Equal(length, answer.Length);
        Assert.All(answer.Skip(4).Take(1), told => Assert.Equal(91, told));
    }

    [Fact, Requirement("SCSI-10")]
    public void Mode_pages_tell_of_the_cache_and_of_write_protection()
    {
        DiskPlanner uncached = Planner(isReadOnly: false, device: new MemoryBlockDevice(BlockCount));

        ModeParameters free = Modes(Answered(Disk, "1A 00 3F 00 FF 00"));
        ModeParameters bound = Modes(Answered(ReadOnlyDisk, "1A 00 3F 00 FF 00"));

        Assert.Equal((false, true), (free.IsWriteProtected, free.SupportsForceUnitAccess));
        Assert.True(bound.IsWriteProtected);
        Assert.True(CachingPage.Find(free)!.IsWriteCacheEnabled);
        Assert.False(CachingPage.Find(Modes(Answered(uncached, "1A 00 08 00 FF 00")))!.IsWriteCacheEnabled);
        Assert.Equal([ModePageCode.Caching, ModePageCode.Control], free.Pages.Select(page => page.Code));
        Assert.Equal(2048UL, free.Blocks!.Value.BlockCount);
    }

    [Theory, Requirement("SCSI-10")]
    [InlineData("1A 08 08 00 FF 00", 1, false)]       // no descriptor
    [InlineData("1A 00 0A FF FF 00", 1, true)]        // all subpages of one page
    [InlineData("1A 00 88 00 FF 00", 1, true)]        // default values
    [InlineData("1A 00 3F 00 0C 00", 0, true)]        // cut behind the descriptor
    public void Mode_sense_gives_what_was_asked_for(string cdb, int pageCount, bool hasDescriptor)
    {
        ModeParameters parameters = Modes(Answered(Disk, cdb));

        Assert.Equal((pageCount, hasDescriptor), (parameters.Pages.Count, parameters.Blocks is not null));
    }

    [Fact, Requirement("SCSI-10")]
    public void Three_bits_of_the_mode_pages_can_be_changed_and_none_is_saved()
    {
        ModeParameters changeable = Modes(Answered(Disk, "1A 08 7F 00 FF 00"));

        Assert.Equal(3, changeable.Pages.SelectMany(page => page.Content).Sum(content => int.PopCount(content)));
        Assert.True(CachingPage.Find(changeable)!.IsWriteCacheEnabled);
        Assert.True(ControlPage.Find(changeable) is { UsesDescriptorSense: true, IsWriteProtected: true });
        Assert.Equal(AdditionalSense.SavingNotSupported, Refused(Disk, "1A 08 FF 00 FF 00").Additional);
    }

    [Fact]
    public void The_long_mode_sense_tells_a_size_beyond_32_bits()
    {
        DiskPlanner disk = Planner(isReadOnly: false, blockCount: 0x1_0000_0001);

        ModeParameters parameters = ModeParameters.Read(Answered(disk, "5A 10 3F 00 000000 00FF 00"), ModeForm.Ten);

        Assert.Equal(0x1_0000_0001UL, parameters.Blocks!.Value.BlockCount);
    }

    private static LogicalUnitCapacity Capacity(byte[] answer) => LogicalUnitCapacity.Read(answer);

    private static ModeParameters Modes(byte[] answer) => ModeParameters.Read(answer, ModeForm.Six);

    private static DiskPlanner Planner(bool isReadOnly, ulong blockCount = BlockCount, IBlockDevice? device = null)
    {
        var unit = new LogicalUnitDefinition
        {
            Lun = 0,
            Device = device ?? new HeldDevice(blockCount),
            IsReadOnly = isReadOnly,
            Serial = "planner",
        };
        var options = new TargetServerOptions();
        return new DiskPlanner(
            unit,
            new DiskIdentity(unit, "iqn.2026-01.example:disk", options),
            new UnitInventory([unit]),
            options.TransferSizeMax);
    }

    private static SenseData Refused(DiskPlanner disk, string cdb)
    {
        CommandPlan plan = disk.Plan(Block(cdb));

        Assert.Equal((PlanKind.Refuse, ScsiStatus.CheckCondition), (plan.Kind, plan.Refusal?.Status));
        return plan.Refusal!.Sense!.Value;
    }

    private static byte[] Answered(DiskPlanner disk, string cdb)
    {
        CommandPlan plan = disk.Plan(Block(cdb));

        Assert.Equal((PlanKind.Answer, plan.Answer.Length), (plan.Kind, plan.DataLength));
        return plan.Answer.ToArray();
    }

    private static CdbBytes Block(string cdb) =>
        CdbBytes.From(Convert.FromHexString(cdb.Replace(" ", "", StringComparison.Ordinal)));
}
