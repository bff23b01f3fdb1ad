using IscsiMount.Primitives;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Transfer;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Transfer;

public sealed class SolicitedRangeTests
{
    private static readonly SessionParameters Parameters = new() { MaxBurstLength = 4096 };

    [Fact, Requirement("DATA-04", "NUM-15")]
    public void R2Ts_inside_the_command_are_taken_in_their_order()
    {
        var range = new SolicitedRange(10_000);

        range.Accept(Ask(sn: 0, offset: 0, length: 4096), Parameters);
        range.Accept(Ask(1, 4096, 4096), Parameters);
        range.Accept(Ask(2, 8192, 1808), Parameters);
    }

    [Theory, Requirement("DATA-08")]
    [InlineData(1u, 0u, 100u, "RFC 7143 §11.8.2")]                // the first is missing
    [InlineData(0u, 0u, 4097u, "RFC 7143 §11.8.4")]               // more than MaxBurstLength
    [InlineData(0u, 9000u, 1001u, "RFC 7143 §11.8.4")]            // beyond the end
    [InlineData(0u, 10_001u, 1u, "RFC 7143 §11.8.4")]
    [InlineData(0u, 0xFFFF_FFFFu, 4096u, "RFC 7143 §11.8.4")]     // where a sum would wrap
    public void An_r2t_for_data_that_is_not_there_is_a_violation(uint sn, uint offset, uint length, string rule)
    {
        var range = new SolicitedRange(10_000);

        var violation = Assert.Throws<ProtocolViolationException>(
            () => range.Accept(Ask(sn, offset, length), Parameters));

        Assert.Equal(rule, violation.Rule);
    }

    private static ReadyToTransfer Ask(uint sn, uint offset, uint length) => new()
    {
        Lun = default,
        InitiatorTaskTag = 1,
        TargetTransferTag = 1,
        StatSN = new(1),
        ExpCmdSN = new(1),
        MaxCmdSN = new(1),
        R2TSN = new(sn),
        BufferOffset = offset,
        DesiredDataTransferLength = length,
    };
}
