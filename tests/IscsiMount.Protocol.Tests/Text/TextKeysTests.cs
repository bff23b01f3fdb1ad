using System.Text;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Text;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Text;

public sealed class TextKeysTests
{
    [Fact, Rfc7143("6.1"), Requirement("KEY-01")]
    public void Every_pair_ends_in_a_zero_also_the_last()
    {
        TextKeys keys = new() { { "HeaderDigest", "CRC32C,None" }, { "InitialR2T", "No" } };

        Assert.Equal("HeaderDigest=CRC32C,None\0InitialR2T=No\0", Encoding.UTF8.GetString(keys.Encode()));
    }

    [Fact, Rfc7143("6.1")]
    public void A_value_is_all_behind_the_first_equals_sign()
    {
        TextKeys keys = TextKeys.Decode("CHAP_C=0bAA==\0SendTargets=\0"u8);

        Assert.Equal([new("CHAP_C", "0bAA=="), new("SendTargets", "")], keys);
    }

    [Fact, Requirement("KEY-02")]
    public void Keys_are_found_by_their_exact_case()
    {
        TextKeys keys = TextKeys.Decode("InitialR2T=No\0InitialR2T=Yes\0"u8);

        Assert.Equal("No", keys.Find("InitialR2T"));
        Assert.Null(keys.Find("initialr2t"));
    }

    [Theory, Requirement("KEY-01", "KEY-02")]
    [InlineData("InitialR2T=No")]                    // the last zero is missing
    [InlineData("InitialR2T=No\0ImmediateData=Y")]
    [InlineData("InitialR2T\0")]                     // no value
    [InlineData("=No\0")]                            // no key
    [InlineData("\0")]                               // no pair
    [InlineData("InitialR2T=No\0\0")]
    [InlineData("Initial R2T=No\0")]                 // a space in a key
    [InlineData("1nitialR2T=No\0")]                  // a digit first
    [InlineData("A12345678901234567890123456789012345678901234567890123456789ABCD=No\0")]    // 64 characters
    public void What_is_no_list_of_pairs_is_a_violation(string text)
    {
        var violation = Assert.Throws<ProtocolViolationException>(() => TextKeys.Decode(Encoding.UTF8.GetBytes(text)));

        Assert.Equal("RFC 7143 §6.1", violation.Rule);
    }

    [Fact]
    public void What_is_no_utf8_is_a_violation()
    {
        Assert.Throws<ProtocolViolationException>(() => TextKeys.Decode([.. "TargetAlias="u8, 0xFF, 0]));
    }

    [Theory]
    [InlineData("iSCSIProtocolLevel")]
    [InlineData("X#NodeArchitecture")]
    [InlineData("X-com.example.a_b+c@d")]
    public void Keys_of_the_standard_are_keys_whatever_its_grammar_says(string key)
    {
        TextKeys keys = new() { { key, "1" } };

        Assert.Equal(keys, TextKeys.Decode(keys.Encode()));
    }

    [Fact]
    public void A_zero_inside_a_value_is_a_bug()
    {
        Assert.Throws<InvariantViolationException>(() => new TextKeys().Add("TargetAlias", "a\0b"));
    }

    [Fact]
    public void A_list_does_not_tell_its_values_to_a_log()
    {
        TextKeys keys = new() { { "CHAP_R", "0x1234" } };

        Assert.DoesNotContain("0x1234", $"{keys}", StringComparison.Ordinal);
    }

    [Theory, Seeds(200), Requirement("KEY-01", "LOGIN-11")]
    public void Any_pairs_survive_any_split_into_pdus(int seed)
    {
        var chance = new Random(seed);
        TextKeys keys = RandomKeys(chance);
        var splitter = new TextSplitter(keys, chance.Next(1, 40));
        var assembler = new TextAssembler();
        TextKeys? whole = null;

        while (splitter.HasMore)
        {
            Assert.Null(whole);
            ReadOnlyMemory<byte> piece = splitter.Next();
            whole = assembler.Receive(piece.Span, splitter.HasMore);
        }

        Assert.Equal(keys, whole);
    }

    [Theory, Seeds(200)]
    public void Random_bytes_are_pairs_or_a_violation(int seed)
    {
        var chance = new Random(seed);
        byte[] bytes = new byte[chance.Next(64)];
        chance.GetItems("AaZz=\0 ,~0#é"u8, bytes);

        if (Attempt.ReadObject(() => TextKeys.Decode(bytes)) is { } keys)
        {
            Assert.Equal(bytes, keys.Encode());
        }
    }

    private static TextKeys RandomKeys(Random chance)
    {
        TextKeys keys = [];
        for (int i = chance.Next(12); i > 0; i--)
        {
            string key = "K" + new string(chance.GetItems("abcXYZ019.-+@_#".AsSpan(), chance.Next(62)));
            string value = new(chance.GetItems("abc=,~019 äß漢".AsSpan(), chance.Next(120)));
            keys.Add(key, value);
        }

        return keys;
    }
}
