using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Transfer;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Transfer;

public sealed class DataInSequenceTests
{
    private const uint Expected = 10_000;
    private const int BurstMax = 8192;

    private static readonly ScsiResponse Response = new()
    {
        Residuals = Residuals.None,
        Response = ServiceResponse.CompletedAtTarget,
        Status = 0,
        DataSegmentLength = 0,
        StatusQualifier = 0,
        InitiatorTaskTag = 1,
        SnackTag = 0,
        StatSN = new(1),
        ExpCmdSN = new(1),
        MaxCmdSN = new(1),
        ExpDataSN = new(0),
        BidirectionalReadResidualCount = 0,
        ResidualCount = 0,
    };

    [Fact, Requirement("DATA-15")]
    public void Data_and_status_in_one_pdu_end_a_read()
    {
        DataInSequence sequence = New();
        DataIn last = Data(1, 8192, 1808, isFinal: true) with { HasStatus = true };

        sequence.Accept(Data(sn: 0, offset: 0, length: 8192, isFinal: true));
        sequence.Accept(last);

        Assert.Equal(Expected, sequence.Conclude(last));
    }

    [Fact, Requirement("DATA-06")]
    public void Each_sequence_has_the_whole_burst_length()
    {
        DataInSequence sequence = New();

        sequence.Accept(Data(0, 0, 100, isFinal: true));
        sequence.Accept(Data(1, 100, 8192, isFinal: false));

        Assert.Equal(8292u, sequence.Received);
    }

    [Fact, Requirement("DATA-07")]
    public void A_pdu_without_data_is_taken()
    {
        DataInSequence sequence = New();

        sequence.Accept(Data(0, 0, 0, isFinal: false));
        sequence.Accept(Data(1, 0, 10, isFinal: true));

        Assert.Equal(10u, sequence.Received);
    }

    [Theory, Requirement("DATA-17", "DATA-06")]
    [InlineData(2u, 4096u, 10, "RFC 7143 §11.7.5")]      // a DataSN too high
    [InlineData(0u, 4096u, 10, "RFC 7143 §11.7.5")]      // a DataSN twice
    [InlineData(1u, 4097u, 10, "RFC 7143 §11.7.6")]      // a hole
    [InlineData(1u, 4000u, 10, "RFC 7143 §11.7.6")]      // an overlap
    [InlineData(1u, 0xFFFF_FFF0u, 10, "RFC 7143 §11.7.6")]
    [InlineData(1u, 4096u, 5905, "RFC 7143 §11.7")]      // a byte too many
    [InlineData(1u, 4096u, 0xFF_FFFF, "RFC 7143 §11.7")]
    [InlineData(1u, 4096u, 4097, "RFC 7143 §13.13")]     // a sequence too long
    public void Data_that_does_not_belong_there_is_a_violation(uint sn, uint offset, int length, string rule)
    {
        DataInSequence sequence = New();
        sequence.Accept(Data(0, 0, 4096, isFinal: false));

        var violation = Assert.Throws<ProtocolViolationException>(
            () => sequence.Accept(Data(sn, offset, length, isFinal: true)));

        Assert.Equal(rule, violation.Rule);
        Assert.Equal(4096u, sequence.Received);
    }

    [Fact, Requirement("DATA-17")]
    public void A_byte_too_many_is_a_violation_also_in_a_new_sequence()
    {
        DataInSequence sequence = New();
        sequence.Accept(Data(0, 0, 8192, isFinal: true));

        var violation = Assert.Throws<ProtocolViolationException>(
            () => sequence.Accept(Data(1, 8192, 1809, isFinal: true)));

        Assert.Equal("RFC 7143 §11.7", violation.Rule);
    }

    [Theory, Requirement("FFP-03")]
    [InlineData(Residuals.None, 0u, 4096u)]
    [InlineData(Residuals.Underflow, 5904u, 4096u)]
    [InlineData(Residuals.Underflow, 9000u, 1000u)]      // more was sent than was moved
    [InlineData(Residuals.Underflow, 10_000u, 0u)]
    [InlineData(Residuals.Overflow, 500u, 4096u)]
    public void No_byte_counts_beyond_what_was_moved(Residuals residuals, uint count, uint moved)
    {
        DataInSequence sequence = New();
        sequence.Accept(Data(0, 0, 4096, isFinal: true));

        Assert.Equal(moved, sequence.Conclude(Response with { Residuals = residuals, ResidualCount = count }));
    }

    [Fact]
    public void A_residual_beyond_all_data_is_a_violation()
    {
        DataInSequence sequence = New();

        Assert.Throws<ProtocolViolationException>(
            () => sequence.Conclude(Response with { Residuals = Residuals.Underflow, ResidualCount = Expected + 1 }));
    }

    [Theory, Requirement("FFP-05")]
    [InlineData(0u, true)]     // as tgt answers
    [InlineData(1u, true)]
    [InlineData(2u, false)]    // one has not come
    public void A_response_that_counts_more_pdus_than_came_is_a_violation(uint count, bool isTaken)
    {
        DataInSequence sequence = New();
        sequence.Accept(Data(0, 0, 4096, isFinal: true));

        Exception? fault = Record.Exception(() => { sequence.Conclude(Response with { ExpDataSN = new(count) }); });

        Assert.Equal(isTaken, fault is null);
    }

    [Fact, Requirement("FFP-04")]
    public void After_a_failure_of_the_target_nothing_counts()
    {
        DataInSequence sequence = New();
        sequence.Accept(Data(0, 0, 4096, isFinal: true));

        Assert.Equal(0u, sequence.Conclude(Response with { Response = ServiceResponse.TargetFailure }));
    }

    [Theory, Seeds(200), Requirement("DATA-14", "DATA-06")]
    public void What_a_target_cuts_by_the_rules_is_taken_whole(int seed)
    {
        var chance = new Random(seed);
        uint length = (uint)chance.Next(1, 100_000);
        int burstMax = chance.Next(512, 50_000);
        var pieces = new DataPieces(0, length, chance.Next(512, 9000), (uint)burstMax);
        var sequence = new DataInSequence(length, burstMax);

        while (pieces.TryNext(out DataPiece piece))
        {
            sequence.Accept(Data(piece.DataSN.Value, piece.BufferOffset, piece.Length, piece.IsFinal));
        }

        Assert.Equal(length, sequence.Received);
    }

    private static DataInSequence New() => new(Expected, BurstMax);

    private static DataIn Data(uint sn, uint offset, int length, bool isFinal) => new()
    {
        IsFinal = isFinal,
        WantsAcknowledgement = false,
        Residuals = Residuals.None,
        HasStatus = false,
        Status = 0,
        DataSegmentLength = length,
        Lun = default,
        InitiatorTaskTag = 1,
        TargetTransferTag = uint.MaxValue,
        StatSN = default,
        ExpCmdSN = new(1),
        MaxCmdSN = new(1),
        DataSN = new(sn),
        BufferOffset = offset,
        ResidualCount = 0,
    };
}
