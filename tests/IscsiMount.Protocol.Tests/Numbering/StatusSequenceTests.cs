using IscsiMount.Primitives;
using IscsiMount.Protocol.Numbering;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Numbering;

public sealed class StatusSequenceTests
{
    [Fact, Rfc7143("4.2.2.2"), Requirement("NUM-14")]
    public void What_is_acknowledged_follows_what_came_around_zero()
    {
        var sequence = new StatusSequence(new(uint.MaxValue));

        sequence.Take(new(uint.MaxValue));
        sequence.Take(new(0));

        Assert.Equal(new SerialNumber(1), sequence.ExpStatSN);
    }

    [Theory, Requirement("NUM-14")]
    [InlineData(11u)]    // one is missing
    [InlineData(9u)]     // one came twice
    public void A_number_out_of_order_ends_the_connection_and_is_not_acknowledged(uint number)
    {
        var sequence = new StatusSequence(new(10));

        var violation = Assert.Throws<ProtocolViolationException>(() => sequence.Take(new(number)));

        Assert.Equal(FaultScope.Connection, violation.Scope);
        Assert.Equal(new SerialNumber(10), sequence.ExpStatSN);
    }
}
