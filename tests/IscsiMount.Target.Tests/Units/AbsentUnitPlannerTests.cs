using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Identity;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Unit;
using IscsiMount.Target.Units;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Units;

[Requirement("TGT-01")]
public sealed class AbsentUnitPlannerTests
{
    private static readonly UnitInventory Inventory = new(
        [.. new[] { 300, 0, 7 }.Select(lun => new LogicalUnitDefinition
        {
            Lun = lun,
            Device = new HeldDevice(64),
            Serial = $"{lun}",
        })]);

    private readonly AbsentUnitPlanner _planner = new(Inventory);

    [Fact]
    public void Inquiry_says_that_nothing_is_here()
    {
        byte[] answer = _planner.Plan(CdbBytes.From([0x12, 0, 0, 0, 96, 0])).Answer.ToArray();

        Assert.Equal(0x7F, answer[0]);
        Assert.Equal(Peripheral.Absent, InquiryData.Read(answer).Peripheral);
    }

    [Fact]
    public void Request_sense_says_so_as_data()
    {
        byte[] answer = _planner.Plan(CdbBytes.From([0x03, 0, 0, 0, 18, 0])).Answer.ToArray();

        Assert.Equal(AdditionalSense.LogicalUnitNotSupported, SenseData.Read(answer).Additional);
    }

    [Fact, Requirement("SCSI-06")]
    public void Report_luns_lists_what_there_is_wherever_it_is_asked()
    {
        byte[] answer = _planner.Plan(CdbBytes.From([0xA0, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0])).Answer.ToArray();

        Assert.Equal([0, 7, 300], LogicalUnitList.Read(answer).Units.Select(Index));
    }

    [Theory, Requirement("SCSI-06")]
    [InlineData(0, 16, 16, 32)]    // cut, with the length of all
    [InlineData(1, 64, 8, 8)]      // well known units: there are none
    public void The_length_of_the_list_is_that_of_all(byte select, byte allocation, int length, int wholeLength)
    {
        CommandPlan plan = _planner.Plan(CdbBytes.From([0xA0, 0, select, 0, 0, 0, 0, 0, 0, allocation, 0, 0]));

        Assert.Equal(length, plan.Answer.Length);
        Assert.Equal(wholeLength, LogicalUnitList.Read(plan.Answer.Span).WholeLength);
        Assert.True(plan.PassesAttention);
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x28)]
    [InlineData(0xFF)]
    public void Everything_else_fails(byte operation)
    {
        CommandPlan plan = _planner.Plan(CdbBytes.From([operation]));

        Assert.Equal(AdditionalSense.LogicalUnitNotSupported, plan.Refusal?.Sense?.Additional);
    }

    private static int Index(LogicalUnitNumber number)
    {
        Assert.True(number.TryGetIndex(out int index));
        return index;
    }
}
