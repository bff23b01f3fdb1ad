using IscsiMount.Block;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Tasks;
using IscsiMount.Target.Units;
using Xunit;

namespace IscsiMount.Target.Tests.Tasks;

/// <summary>What initiators are told of faults behind a disk.</summary>
public sealed class RefusalsTests
{
    private static readonly CommandPlan Write = new() { Kind = PlanKind.Write, Range = new(7, 1) };

    [Theory]
    [InlineData(28)]
    [InlineData(unchecked((int)0x8007_0070))]
    public void A_thin_disk_without_room_says_that_and_no_medium_error(int code)
    {
        var fault = new ImageFileException("disk.img", "writing failed", new IOException("no space left", code));

        SenseData sense = Sense(fault, Write);

        Assert.Equal((SenseKey.DataProtect, AdditionalSense.SpaceAllocationFailed), (sense.Key, sense.Additional));
        Assert.Equal(OutcomeKind.SpaceExhausted, CommandOutcome.Of(ScsiStatus.CheckCondition, sense).Kind);
    }

    [Fact]
    public void Another_fault_of_an_image_is_one_of_the_medium_and_names_the_block()
    {
        var fault = new ImageFileException("disk.img", "writing failed", new IOException("input/output error", 5));

        SenseData sense = Sense(fault, Write);

        Assert.Equal(
            (SenseKey.MediumError, AdditionalSense.WriteError, 7UL), (sense.Key, sense.Additional, sense.Information));
    }

    private static SenseData Sense(Exception fault, CommandPlan plan) => Refusals.Of(fault, plan).Sense!.Value;
}
