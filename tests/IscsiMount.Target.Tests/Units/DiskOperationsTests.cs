using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Unit;
using IscsiMount.Target.Units;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Units;

[Requirement("SCSI-22")]
public sealed class DiskOperationsTests
{
    private static readonly DiskPlanner Disk = Planner();

    [Fact]
    public void The_commands_stand_in_rising_order()
    {
        Assert.Equal(
            DiskOperationTable.All.OrderBy(each => each.Code).ThenBy(each => each.ServiceAction),
            DiskOperationTable.All);
    }

    [Fact, Requirement("SCSI-04")]
    public void What_is_reported_is_what_is_executed()
    {
        SupportedOperations reported = SupportedOperations.Read(Answer("A3 0C 00 00 0000 0000FFFF 00 00"));

        for (int code = 0; code <= 0xFF; code++)
        {
            CdbBytes cdb = default;
            cdb[0] = (byte)code;
            CommandPlan plan = Disk.Plan(cdb);
            bool isKnown = plan.Refusal?.Sense?.Additional != AdditionalSense.InvalidOperationCode;

            Assert.Equal(isKnown, reported.Operations.Any(each => each.Operation == (OperationCode)code));
        }
    }

    [Fact]
    public void One_command_is_reported_with_the_bits_that_it_looks_at()
    {
        OperationSupport support = OperationSupport.Read(Answer("A3 0C 01 2A 0000 000000FF 00 00"));

        Assert.Equal(SupportLevel.Standard, support.Level);
        Assert.Equal("2A18FFFFFFFF00FFFF00", Convert.ToHexString(support.Usage.AsSpan()));
    }

    [Theory]
    [InlineData("A3 0C 01 42 0000 000000FF 00 00", SupportLevel.None)]        // UNMAP
    [InlineData("A3 0C 02 9E 0010 000000FF 00 00", SupportLevel.Standard)]    // READ CAPACITY (16)
    [InlineData("A3 0C 02 9E 0012 000000FF 00 00", SupportLevel.None)]        // GET LBA STATUS
    public void A_command_is_supported_or_not(string cdb, SupportLevel level)
    {
        Assert.Equal(level, OperationSupport.Read(Answer(cdb)).Level);
    }

    [Theory]
    [InlineData("A3 0C 01 9E 0000 000000FF 00 00")]    // has service actions, and none is named
    [InlineData("A3 0C 02 2A 0000 000000FF 00 00")]    // has none, and one is named
    public void A_question_of_the_wrong_kind_is_refused(string cdb)
    {
        Assert.Equal(AdditionalSense.InvalidFieldInCdb, Disk.Plan(Block(cdb)).Refusal?.Sense?.Additional);
    }

    [Theory, Seeds(100)]
    public void A_bit_that_means_nothing_is_found_wherever_it_is(int seed)
    {
        var chance = new Random(seed);
        Operation operation = DiskOperationTable.All[chance.Next(DiskOperationTable.All.Count)];
        byte[] usage = [.. operation.Support.Usage];
        (int Byte, int Bit)[] unknown =
        [
            .. from place in Enumerable.Range(1, usage.Length - 1)
               from bit in Enumerable.Range(0, 8)
               where (usage[place] & (1 << bit)) == 0
               where place > 1 || bit > 4 || operation.ServiceAction is null
               select (place, bit),
        ];
        (int Byte, int Bit) chosen = unknown[chance.Next(unknown.Length)];
        CdbBytes cdb = default;
        cdb[0] = (byte)operation.Code;
        cdb[1] = operation.ServiceAction ?? 0;
        cdb[chosen.Byte] |= (byte)(1 << chosen.Bit);

        Operation? found = DiskOperations.Thin.Find(cdb, out SenseData refusal);

        Assert.Null(found);
        Assert.Equal(
            new CdbField((ushort)chosen.Byte, (byte)chosen.Bit), refusal.KeySpecific!.Value.FieldAtFault.Field);
    }

    private static byte[] Answer(string cdb) => Disk.Plan(Block(cdb)).Answer.ToArray();

    private static DiskPlanner Planner()
    {
        var unit = new LogicalUnitDefinition { Lun = 0, Device = new HeldDevice(64), Serial = "operations" };
        return new DiskPlanner(
            unit, new DiskIdentity(unit, "iqn.2026-01.example:disk", new()), new UnitInventory([unit]), 1024 * 1024);
    }

    private static CdbBytes Block(string cdb) =>
        CdbBytes.From(Convert.FromHexString(cdb.Replace(" ", "", StringComparison.Ordinal)));
}
