using IscsiMount.Primitives;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Text;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Negotiation;

public sealed class KeyDefinitionTests
{
    [Theory, Rfc7143("6.2"), Requirement("KEY-03", "KEY-04", "KEY-05", "KEY-11", "KEY-12")]
    [InlineData("InitialR2T", "Yes", "No", "Yes")]
    [InlineData("InitialR2T", "No", "Yes", "Yes")]
    [InlineData("InitialR2T", "No", "No", "No")]
    [InlineData("ImmediateData", "Yes", "No", "No")]
    [InlineData("ImmediateData", "No", "Yes", "No")]
    [InlineData("ImmediateData", "Yes", "Yes", "Yes")]
    [InlineData("ImmediateData", "yes", "Yes", "Reject")]
    [InlineData("ImmediateData", "1", "Yes", "Reject")]
    [InlineData("MaxBurstLength", "1048576", "262144", "262144")]
    [InlineData("MaxBurstLength", "65536", "262144", "65536")]
    [InlineData("MaxBurstLength", "0x10000", "262144", "65536")]
    [InlineData("MaxBurstLength", "511", "262144", "Reject")]
    [InlineData("MaxBurstLength", "16777216", "262144", "Reject")]
    [InlineData("MaxBurstLength", "none", "262144", "Reject")]
    [InlineData("MaxBurstLength", "512~1048576", "262144", "262144")]      // a range: a value inside it
    [InlineData("MaxBurstLength", "512~65536", "262144", "65536")]
    [InlineData("MaxBurstLength", "524288~1048576", "262144", "Reject")]
    [InlineData("DefaultTime2Wait", "2", "5", "5")]
    [InlineData("DefaultTime2Wait", "7", "5", "7")]
    [InlineData("DefaultTime2Wait", "0~3", "5", "Reject")]
    [InlineData("DefaultTime2Retain", "20", "5", "5")]
    [InlineData("ErrorRecoveryLevel", "2", "0", "0")]
    [InlineData("ErrorRecoveryLevel", "3", "0", "Reject")]
    [InlineData("HeaderDigest", "CRC32C,None", "None,CRC32C", "CRC32C")]   // the order of the offer decides
    [InlineData("HeaderDigest", "Y-com.example.sum,None", "CRC32C,None", "None")]
    [InlineData("HeaderDigest", "Y-com.example.sum", "CRC32C,None", "Reject")]
    [InlineData("HeaderDigest", "crc32c", "CRC32C,None", "Reject")]
    [InlineData("IFMarker", "No", "", "Reject")]
    [InlineData("OFMarkInt", "512~8192", "", "Reject")]
    [InlineData("MaxConnections", "Irrelevant", "1", "Reject")]            // no offer at all
    public void An_offer_has_one_answer(string name, string offer, string position, string answer)
    {
        Assert.Equal(answer, KeyTable.Get(name).Answer(offer, position));
    }

    [Theory, Requirement("KEY-03", "KEY-04", "KEY-05")]
    [InlineData("InitialR2T", "No", "Yes", "Yes")]
    [InlineData("ImmediateData", "Yes", "No", "No")]
    [InlineData("MaxBurstLength", "1048576", "0x10000", "0x10000")]
    [InlineData("DefaultTime2Wait", "2", "5", "5")]
    [InlineData("HeaderDigest", "CRC32C,None", "None", "None")]
    [InlineData("HeaderDigest", "CRC32C,None", "Reject", null)]
    [InlineData("MaxOutstandingR2T", "8", "Irrelevant", null)]
    [InlineData("TaskReporting", "RFC3720,ResponseFence", "NotUnderstood", null)]     // younger than RFC 3720
    public void An_answer_that_fits_its_offer_is_taken(string name, string offer, string answer, string? agreed)
    {
        Assert.Equal(agreed, KeyTable.Get(name).Accept(offer, answer));
    }

    [Theory, Requirement("KEY-03", "KEY-06")]
    [InlineData("InitialR2T", "Yes", "No", "RFC 7143 §13.10")]
    [InlineData("InitialR2T", "No", "Maybe", "RFC 7143 §13.10")]
    [InlineData("ImmediateData", "No", "Yes", "RFC 7143 §13.11")]
    [InlineData("MaxBurstLength", "65536", "65537", "RFC 7143 §13.13")]
    [InlineData("MaxBurstLength", "65536", "511", "RFC 7143 §13.13")]
    [InlineData("MaxBurstLength", "65536", "512~600", "RFC 7143 §13.13")]
    [InlineData("MaxBurstLength", "65536", "", "RFC 7143 §13.13")]
    [InlineData("DefaultTime2Wait", "5", "4", "RFC 7143 §13.15")]
    [InlineData("DataDigest", "CRC32C", "None", "RFC 7143 §13.1")]                    // as tgt answers
    [InlineData("DataDigest", "CRC32C,None", "CRC32C,None", "RFC 7143 §13.1")]
    [InlineData("MaxBurstLength", "65536", "NotUnderstood", "RFC 7143 §6.2")]
    public void An_answer_that_does_not_fit_is_a_violation(string name, string offer, string answer, string rule)
    {
        var violation = Assert.Throws<ProtocolViolationException>(() => KeyTable.Get(name).Accept(offer, answer));

        Assert.Equal(rule, violation.Rule);
    }

    [Theory, Seeds(300), Requirement("KEY-03", "KEY-04", "KEY-05", "KEY-11")]
    public void Whoever_offers_both_come_to_the_same_value(int seed)
    {
        var chance = new Random(seed);
        KeyDefinition key = chance.GetItems([.. KeyTable.All.Where(IsNegotiable)], 1)[0];
        string ours = Positions.Draw(key, chance);
        string theirs = Positions.Draw(key, chance);

        string answer = key.Answer(ours, theirs);
        string reversed = key.Answer(theirs, ours);

        Assert.Equal(answer == TextAnswer.Reject ? null : answer, key.Accept(ours, answer));
        Assert.True(key.Rule == KeyRule.Choice || answer == reversed);
    }

    private static bool IsNegotiable(KeyDefinition key) => key.Rule is not (KeyRule.Declaration or KeyRule.Obsolete);
}
