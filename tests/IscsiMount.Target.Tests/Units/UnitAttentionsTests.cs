using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Units;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Units;

[Requirement("SCSI-28")]
public sealed class UnitAttentionsTests
{
    private readonly UnitAttentions _attentions = new();

    [Fact]
    public void Each_condition_is_told_once_and_in_order()
    {
        _attentions.Raise(AdditionalSense.ModeParametersChanged);
        _attentions.Raise(AdditionalSense.CapacityChanged);
        _attentions.Raise(AdditionalSense.ModeParametersChanged);

        Assert.Equal(AdditionalSense.ModeParametersChanged, _attentions.Take());
        Assert.Equal(AdditionalSense.CapacityChanged, _attentions.Take());
        Assert.Null(_attentions.Take());
        Assert.True(_attentions.IsEmpty);
    }

    [Fact]
    public void A_reset_makes_older_conditions_meaningless()
    {
        _attentions.Raise(AdditionalSense.CapacityChanged);
        _attentions.Raise(AdditionalSense.DeviceReset);
        _attentions.Raise(AdditionalSense.CommandsClearedByAnotherInitiator);

        Assert.Equal(AdditionalSense.DeviceReset, _attentions.Take());
        Assert.Equal(AdditionalSense.CommandsClearedByAnotherInitiator, _attentions.Take());
        Assert.Null(_attentions.Take());
    }

    [Fact]
    public void There_is_an_end_to_what_is_kept()
    {
        for (byte qualifier = 0; qualifier < 100; qualifier++)
        {
            _attentions.Raise(new AdditionalSense(0x3F, qualifier));
        }

        int count = 0;
        while (_attentions.Take() is not null)
        {
            count++;
        }

        Assert.InRange(count, 1, 16);
    }
}
