using IscsiMount.Primitives;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Negotiation;

public sealed class SessionParametersTests
{
    [Fact, Requirement("KEY-08")]
    public void Without_a_negotiation_the_defaults_hold()
    {
        Assert.Equal(new SessionParameters(), SessionParameters.Conclude(new NegotiatedValues()));
    }

    [Fact, Requirement("KEY-09")]
    public void Each_value_comes_from_its_key()
    {
        NegotiatedValues values = Values(
            ("MaxConnections", "4"), ("InitialR2T", "No"), ("ImmediateData", "No"), ("MaxBurstLength", "0x80000"),
            ("FirstBurstLength", "131072"), ("DefaultTime2Wait", "3"), ("DefaultTime2Retain", "30"),
            ("MaxOutstandingR2T", "8"), ("DataPDUInOrder", "No"), ("DataSequenceInOrder", "No"),
            ("ErrorRecoveryLevel", "2"), ("HeaderDigest", "CRC32C"), ("DataDigest", "CRC32C"),
            ("TaskReporting", "FastAbort"), ("iSCSIProtocolLevel", "2"));
        values.Declare(Party.Initiator, KeyTable.Get("SessionType"), "Discovery");
        values.Declare(Party.Initiator, KeyTable.Get("MaxRecvDataSegmentLength"), "65536");
        values.Declare(Party.Target, KeyTable.Get("MaxRecvDataSegmentLength"), "4096");
        values.Declare(Party.Target, KeyTable.Get("TargetPortalGroupTag"), "0");
        values.Declare(Party.Target, KeyTable.Get("TargetAlias"), "the disk");
        SessionParameters expected = new()
        {
            SessionType = SessionType.Discovery,
            MaxConnections = 4,
            InitialR2T = false,
            ImmediateData = false,
            InitiatorMaxRecvDataSegmentLength = 65_536,
            TargetMaxRecvDataSegmentLength = 4096,
            MaxBurstLength = 524_288,
            FirstBurstLength = 131_072,
            DefaultTime2Wait = TimeSpan.FromSeconds(3),
            DefaultTime2Retain = TimeSpan.FromSeconds(30),
            MaxOutstandingR2T = 8,
            DataPDUInOrder = false,
            DataSequenceInOrder = false,
            ErrorRecoveryLevel = 2,
            HeaderDigest = DigestKind.Crc32C,
            DataDigest = DigestKind.Crc32C,
            TaskReporting = TaskReporting.FastAbort,
            ProtocolLevel = 2,
            TargetPortalGroupTag = 0,
            TargetAlias = "the disk",
        };

        Assert.Equal(expected, SessionParameters.Conclude(values));
    }

    [Fact, Requirement("KEY-10")]
    public void A_first_burst_longer_than_any_burst_is_a_violation()
    {
        NegotiatedValues values = Values(("MaxBurstLength", "4096"), ("FirstBurstLength", "4097"));

        var violation = Assert.Throws<ProtocolViolationException>(() => SessionParameters.Conclude(values));

        Assert.Equal("RFC 7143 §13.14", violation.Rule);
    }

    [Fact, Requirement("KEY-10")]
    public void Where_there_is_no_first_burst_its_length_does_not_matter()
    {
        NegotiatedValues values = Values(("MaxBurstLength", "4096"), ("ImmediateData", "No"));

        Assert.Equal(4096, SessionParameters.Conclude(values).MaxBurstLength);
    }

    [Fact, Requirement("KEY-13")]
    public void Sequences_in_order_can_be_recovered_only_one_by_one()
    {
        NegotiatedValues values = Values(("ErrorRecoveryLevel", "1"), ("MaxOutstandingR2T", "2"));

        var violation = Assert.Throws<ProtocolViolationException>(() => SessionParameters.Conclude(values));

        Assert.Equal("RFC 7143 §13.19", violation.Rule);
    }

    [Fact, Requirement("MCS-04")]
    public void A_further_connection_settles_only_what_is_its_own()
    {
        SessionParameters first = new() { MaxConnections = 2, MaxBurstLength = 4096, HeaderDigest = DigestKind.Crc32C };
        SessionParameters second = new() { TargetMaxRecvDataSegmentLength = 512, DataDigest = DigestKind.Crc32C };

        SessionParameters expected = first with
        {
            TargetMaxRecvDataSegmentLength = 512,
            HeaderDigest = DigestKind.None,
            DataDigest = DigestKind.Crc32C,
        };
        Assert.Equal(expected, second.OnSessionOf(first));
    }

    private static NegotiatedValues Values(params (string Key, string Value)[] agreed)
    {
        var values = new NegotiatedValues();
        foreach ((string key, string value) in agreed)
        {
            values.Agree(KeyTable.Get(key), value);
        }

        return values;
    }
}
