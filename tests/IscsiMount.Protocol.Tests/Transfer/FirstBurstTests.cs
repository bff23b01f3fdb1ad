using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Transfer;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Transfer;

public sealed class FirstBurstTests
{
    [Theory, Rfc7143("4.2.5.2"), Requirement("DATA-01", "DATA-02", "DATA-03")]
    [InlineData(true, true, 100_000, 8192, 0)]           // immediate data alone: one segment
    [InlineData(true, true, 5000, 5000, 0)]              // all of a short write
    [InlineData(true, false, 100_000, 0, 0)]             // nothing unasked
    [InlineData(false, true, 100_000, 8192, 57_344)]     // the whole first burst
    [InlineData(false, true, 9000, 8192, 808)]
    [InlineData(false, true, 8192, 8192, 0)]
    [InlineData(false, false, 100_000, 0, 65_536)]
    [InlineData(false, false, 100, 0, 100)]
    [InlineData(false, true, 0, 0, 0)]
    public void What_is_sent_unasked_follows_from_the_negotiation(
        bool initialR2T, bool immediateData, int length, int immediate, int unsolicited)
    {
        SessionParameters parameters = new()
        {
            InitialR2T = initialR2T,
            ImmediateData = immediateData,
            FirstBurstLength = 65_536,
            TargetMaxRecvDataSegmentLength = 8192,
        };

        var burst = FirstBurst.Of(parameters, (uint)length);

        Assert.Equal(new FirstBurst(immediate, unsolicited), burst);
        Assert.Equal(unsolicited == 0, burst.IsCommandFinal);
    }

    [Fact, Requirement("DATA-07")]
    public void A_segment_before_others_holds_whole_words()
    {
        SessionParameters parameters = new() { InitialR2T = false, TargetMaxRecvDataSegmentLength = 8195 };

        Assert.Equal(new FirstBurst(8192, 65_536 - 8192), FirstBurst.Of(parameters, 1_000_000));
        Assert.Equal(new FirstBurst(8195, 0), FirstBurst.Of(parameters, 8195));
    }

    [Theory, Seeds(200), Requirement("DATA-01", "DATA-02", "DATA-06")]
    public void No_limit_is_passed_and_a_burst_is_all_or_only_immediate(int seed)
    {
        var chance = new Random(seed);
        SessionParameters parameters = new()
        {
            InitialR2T = chance.Next(2) == 0,
            ImmediateData = chance.Next(2) == 0,
            FirstBurstLength = chance.Next(512, 300_000),
            TargetMaxRecvDataSegmentLength = chance.Next(512, 300_000),
        };
        uint length = (uint)chance.Next(600_000);
        long burstMax = Math.Min(parameters.FirstBurstLength, length);

        var burst = FirstBurst.Of(parameters, length);

        int sum = burst.ImmediateLength + burst.UnsolicitedLength;
        Assert.InRange(burst.ImmediateLength, 0, parameters.TargetMaxRecvDataSegmentLength);
        Assert.InRange(sum, 0, burstMax);
        Assert.True(burst.UnsolicitedLength == 0 || sum == burstMax);
        Assert.True(parameters.ImmediateData || burst.ImmediateLength == 0);
        Assert.True(!parameters.InitialR2T || burst.UnsolicitedLength == 0);
    }
}
