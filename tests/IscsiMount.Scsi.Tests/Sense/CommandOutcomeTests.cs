using IscsiMount.Scsi.Sense;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Scsi.Tests.Sense;

public sealed class CommandOutcomeTests
{
    [Theory]
    [InlineData(ScsiStatus.Good, OutcomeKind.Good, OutcomeReaction.Accept)]
    [InlineData(ScsiStatus.ConditionMet, OutcomeKind.Good, OutcomeReaction.Accept)]
    [InlineData(ScsiStatus.Busy, OutcomeKind.Busy, OutcomeReaction.RepeatLater)]
    [InlineData(ScsiStatus.TaskSetFull, OutcomeKind.TaskSetFull, OutcomeReaction.RepeatLater)]
    [InlineData(ScsiStatus.ReservationConflict, OutcomeKind.ReservationConflict, OutcomeReaction.Fail)]
    [InlineData(ScsiStatus.TaskAborted, OutcomeKind.Aborted, OutcomeReaction.Repeat)]
    [InlineData(ScsiStatus.AcaActive, OutcomeKind.Unintelligible, OutcomeReaction.Fail)]
    [InlineData(ScsiStatus.CheckCondition, OutcomeKind.Unintelligible, OutcomeReaction.Fail)]
    [InlineData((ScsiStatus)0x3E, OutcomeKind.Unintelligible, OutcomeReaction.Fail)]
    [Requirement("FFP-02")]
    public void A_status_without_sense_data_has_its_outcome(
        ScsiStatus status, OutcomeKind kind, OutcomeReaction reaction)
    {
        Assert.Equal(new CommandOutcome(kind, reaction), CommandOutcome.Of(status, sense: null));
    }

    [Theory]
    [InlineData(SenseKey.NoSense, 0x00, 0x00, OutcomeKind.Recovered, OutcomeReaction.Accept)]
    [InlineData(SenseKey.RecoveredError, 0x18, 0x00, OutcomeKind.Recovered, OutcomeReaction.Accept)]
    [InlineData(SenseKey.Completed, 0x00, 0x00, OutcomeKind.Recovered, OutcomeReaction.Accept)]
    [InlineData(SenseKey.NotReady, 0x04, 0x00, OutcomeKind.NotReady, OutcomeReaction.Fail)]
    [InlineData(SenseKey.NotReady, 0x04, 0x01, OutcomeKind.BecomingReady, OutcomeReaction.RepeatLater)]
    [InlineData(SenseKey.NotReady, 0x04, 0x02, OutcomeKind.StartNeeded, OutcomeReaction.StartUnit)]
    [InlineData(SenseKey.NotReady, 0x04, 0x03, OutcomeKind.NotReady, OutcomeReaction.Fail)]
    [InlineData(SenseKey.NotReady, 0x04, 0x07, OutcomeKind.BecomingReady, OutcomeReaction.RepeatLater)]
    [InlineData(SenseKey.NotReady, 0x04, 0x14, OutcomeKind.BecomingReady, OutcomeReaction.RepeatLater)]
    [InlineData(SenseKey.NotReady, 0x04, 0x1A, OutcomeKind.BecomingReady, OutcomeReaction.RepeatLater)]
    [InlineData(SenseKey.NotReady, 0x04, 0x0A, OutcomeKind.PathInTransition, OutcomeReaction.RepeatLater)]
    [InlineData(SenseKey.NotReady, 0x04, 0x0B, OutcomeKind.PathUnavailable, OutcomeReaction.ChangePath)]
    [InlineData(SenseKey.NotReady, 0x04, 0x0C, OutcomeKind.PathUnavailable, OutcomeReaction.ChangePath)]
    [InlineData(SenseKey.NotReady, 0x04, 0x12, OutcomeKind.PathUnavailable, OutcomeReaction.ChangePath)]
    [InlineData(SenseKey.NotReady, 0x3A, 0x00, OutcomeKind.MediumAbsent, OutcomeReaction.Fail)]
    [InlineData(SenseKey.MediumError, 0x11, 0x00, OutcomeKind.MediumError, OutcomeReaction.Fail)]
    [InlineData(SenseKey.HardwareError, 0x44, 0x00, OutcomeKind.HardwareError, OutcomeReaction.ChangePath)]
    [InlineData(SenseKey.HardwareError, 0x08, 0x01, OutcomeKind.HardwareError, OutcomeReaction.RepeatLater)]
    [InlineData(SenseKey.IllegalRequest, 0x20, 0x00, OutcomeKind.CommandNotSupported, OutcomeReaction.Fail)]
    [InlineData(SenseKey.IllegalRequest, 0x20, 0x02, OutcomeKind.AccessDenied, OutcomeReaction.Fail)]
    [InlineData(SenseKey.IllegalRequest, 0x21, 0x00, OutcomeKind.BlockOutOfRange, OutcomeReaction.Fail)]
    [InlineData(SenseKey.IllegalRequest, 0x24, 0x00, OutcomeKind.IllegalRequest, OutcomeReaction.Fail)]
    [InlineData(SenseKey.IllegalRequest, 0x25, 0x00, OutcomeKind.LogicalUnitAbsent, OutcomeReaction.Fail)]
    [InlineData(SenseKey.IllegalRequest, 0x55, 0x01, OutcomeKind.ResourcesExhausted, OutcomeReaction.RepeatLater)]
    [InlineData(SenseKey.IllegalRequest, 0x55, 0x04, OutcomeKind.IllegalRequest, OutcomeReaction.Fail)]
    [InlineData(SenseKey.UnitAttention, 0x29, 0x00, OutcomeKind.UnitAttention, OutcomeReaction.Repeat)]
    [InlineData(SenseKey.DataProtect, 0x27, 0x00, OutcomeKind.WriteProtected, OutcomeReaction.Fail)]
    [InlineData(SenseKey.DataProtect, 0x27, 0x07, OutcomeKind.SpaceExhausted, OutcomeReaction.Fail)]
    [InlineData(SenseKey.AbortedCommand, 0x47, 0x05, OutcomeKind.Aborted, OutcomeReaction.Repeat)]
    [InlineData(SenseKey.AbortedCommand, 0x10, 0x01, OutcomeKind.MediumError, OutcomeReaction.Fail)]
    [InlineData(SenseKey.AbortedCommand, 0x55, 0x00, OutcomeKind.ResourcesExhausted, OutcomeReaction.RepeatLater)]
    [InlineData(SenseKey.Miscompare, 0x1D, 0x00, OutcomeKind.Miscompare, OutcomeReaction.Fail)]
    [InlineData(SenseKey.BlankCheck, 0x00, 0x00, OutcomeKind.MediumError, OutcomeReaction.Fail)]
    [InlineData(SenseKey.VendorSpecific, 0x80, 0x00, OutcomeKind.Unintelligible, OutcomeReaction.Fail)]
    [Requirement("SCSI-26", "SCSI-29")]
    public void Sense_data_has_its_outcome(
        SenseKey key, byte code, byte qualifier, OutcomeKind kind, OutcomeReaction reaction)
    {
        var sense = new SenseData { Key = key, Additional = new(code, qualifier) };

        Assert.Equal(new CommandOutcome(kind, reaction), CommandOutcome.Of(ScsiStatus.CheckCondition, sense));
    }

    [Fact]
    public void A_deferred_error_is_never_taken_for_one_of_this_command()
    {
        var sense = new SenseData
        {
            Key = SenseKey.MediumError,
            Additional = AdditionalSense.WriteError,
            IsDeferred = true,
        };

        Assert.Equal(OutcomeKind.DeferredError, CommandOutcome.Of(ScsiStatus.CheckCondition, sense).Kind);
    }

    [Theory]
    [InlineData(0x28, 0x00, AttentionTopic.MediumChanged)]
    [InlineData(0x29, 0x00, AttentionTopic.Reset)]
    [InlineData(0x29, 0x07, AttentionTopic.Reset)]
    [InlineData(0x2A, 0x01, AttentionTopic.ModeChanged)]
    [InlineData(0x2A, 0x02, AttentionTopic.Other)]
    [InlineData(0x2A, 0x03, AttentionTopic.ReservationsChanged)]
    [InlineData(0x2A, 0x06, AttentionTopic.PathsChanged)]
    [InlineData(0x2A, 0x09, AttentionTopic.CapacityChanged)]
    [InlineData(0x2F, 0x00, AttentionTopic.CommandsCleared)]
    [InlineData(0x47, 0x7F, AttentionTopic.CommandsCleared)]
    [InlineData(0x38, 0x07, AttentionTopic.SpaceRunningOut)]
    [InlineData(0x3F, 0x03, AttentionTopic.IdentityChanged)]
    [InlineData(0x3F, 0x0E, AttentionTopic.InventoryChanged)]
    [InlineData(0x5E, 0x01, AttentionTopic.Other)]
    [Requirement("SCSI-29")]
    public void A_unit_attention_has_its_topic(byte code, byte qualifier, AttentionTopic topic)
    {
        Assert.Equal(topic, UnitAttention.TopicOf(new(code, qualifier)));
    }

    [Theory]
    [InlineData(0x04, 0x01, "the unit is becoming ready (04/01)")]
    [InlineData(0x04, 0x7F, "the unit is not ready, cause unknown (04/7F)")]
    [InlineData(0x80, 0x00, "a condition of this vendor (80/00)")]
    [InlineData(0x7E, 0x01, "an unknown condition (7E/01)")]
    public void Additional_sense_has_plain_words(byte code, byte qualifier, string words)
    {
        Assert.Equal(words, new AdditionalSense(code, qualifier).ToString());
    }
}
