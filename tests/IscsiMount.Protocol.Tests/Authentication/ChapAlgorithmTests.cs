using System.Text;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Authentication;
using IscsiMount.Protocol.Text;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Authentication;

public sealed class ChapAlgorithmTests
{
    private const string Challenge = "0x101112131415161718191a1b1c1d1e1f";

    [Theory, Requirement("CHAP-08")]
    [InlineData("MD5", "0878b1a928537510d05f797ed30b2fb2")]
    [InlineData("SHA-1", "0aefb43dbe9b0dd67c8278da21f27800ec86d46d")]
    [InlineData("SHA-256", "3b5c945e96a2b88c2e04d285be04d7b4a1fb333d4be16c3422aa5cea9fa7462d")]
    [InlineData("SHA3-256", "97e88b57df961f6b53249756ab28df283eccfb42d30a4e9f8a70105ff6fdb1c6")]
    public void A_response_hashes_identifier_secret_and_challenge(string name, string response)
    {
        ChapAlgorithm algorithm = ChapAlgorithm.FindByName(name)!;
        using ChapSecret secret = ChapSecret.Copy("IscsiMountSecret"u8);
        var challenge = ChapChallenge.Read("0x17", Challenge);

        // A system without SHA3 must not offer it; there is nothing to compute then.
        if (algorithm.IsSupported)
        {
            Assert.Equal(response, Convert.ToHexStringLower(challenge.Answer(algorithm, secret)));
            Assert.Equal(algorithm.ResponseLength * 2, response.Length);
        }

        Assert.Equal(algorithm.IsSupported, ChapAlgorithm.Supported.Contains(algorithm));
    }

    [Fact, Requirement("CHAP-02")]
    public void The_strongest_is_preferred_and_everybody_has_md5()
    {
        Assert.EndsWith("7,6,5", ChapAlgorithm.Format(ChapAlgorithm.Supported), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("md5", 5)]
    [InlineData("SHA1", 6)]
    [InlineData("sha-256", 7)]
    [InlineData("SHA3-256", 8)]
    [InlineData("SHA-512", null)]
    [InlineData("", null)]
    public void Users_write_names_in_their_own_way(string name, int? number)
    {
        Assert.Equal(number, ChapAlgorithm.FindByName(name)?.Number);
    }

    [Theory, Requirement("CHAP-06", "CHAP-07")]
    [InlineData("0", "0x10", true)]
    [InlineData("255", "0bEA==", true)]
    [InlineData("0xFF", "0X1F", true)]
    [InlineData("256", "0x10", false)]
    [InlineData("-1", "0x10", false)]
    [InlineData("one", "0x10", false)]
    [InlineData("1", "16", false)]
    [InlineData("1", "0x", false)]
    [InlineData("1", "0b", false)]
    [InlineData("1", "0xGG", false)]
    public void What_is_no_challenge_breaks_a_rule(string identifier, string challenge, bool isOne)
    {
        if (isOne)
        {
            Assert.Equal(1, ChapChallenge.Read(identifier, challenge).Bytes.Length);
        }
        else
        {
            Assert.Throws<ProtocolViolationException>(() => ChapChallenge.Read(identifier, challenge));
        }
    }

    [Fact, Requirement("CHAP-07")]
    public void A_challenge_of_1024_bytes_is_read_and_a_longer_one_is_not()
    {
        byte[] longest = new byte[1024];

        Assert.Equal(1024, ChapChallenge.Read("1", TextBinary.Format(longest)).Bytes.Length);
        Assert.Throws<ProtocolViolationException>(() => ChapChallenge.Read("1", TextBinary.Format(new byte[1025])));
    }

    [Fact, Requirement("CHAP-09")]
    public void Only_the_whole_right_response_is_right()
    {
        using ChapSecret secret = ChapSecret.Copy("IscsiMountSecret"u8);
        using ChapSecret other = ChapSecret.Copy("IscsiMountSecreT"u8);
        var challenge = ChapChallenge.Read("23", Challenge);
        byte[] right = challenge.Answer(ChapAlgorithm.Md5, secret);
        string[] wrong =
        [
            TextBinary.Format(right.AsSpan(1)),
            TextBinary.Format([.. right, 0]),
            TextBinary.Format(challenge.Answer(ChapAlgorithm.Sha1, secret)),
            TextBinary.Format(challenge.Answer(ChapAlgorithm.Md5, other)),
            TextBinary.Format(ChapChallenge.Read("24", Challenge).Answer(ChapAlgorithm.Md5, secret)),
            Encoding.UTF8.GetString("0x"u8),
            "",
        ];

        Assert.True(challenge.IsAnsweredBy(TextBinary.Format(right), ChapAlgorithm.Md5, secret));
        Assert.True(challenge.IsAnsweredBy(TextBinary.FormatBase64(right), ChapAlgorithm.Md5, secret));
        Assert.All(wrong, text => Assert.False(challenge.IsAnsweredBy(text, ChapAlgorithm.Md5, secret)));
    }
}
