using IscsiMount.Protocol.Authentication;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Authentication;

public sealed class ChapSecretTests
{
    [Theory, Requirement("CHAP-15", "CHAP-16")]
    [InlineData(11, false)]
    [InlineData(12, true)]
    [InlineData(16, true)]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void Secrets_have_12_to_255_bytes(int length, bool isTaken)
    {
        byte[] bytes = new byte[length];
        if (isTaken)
        {
            using ChapSecret secret = ChapSecret.Copy(bytes);
            Assert.Null(ChapSecret.ObjectionTo(length));
        }
        else
        {
            Assert.Throws<ArgumentException>(() => ChapSecret.Copy(bytes));
        }
    }

    [Fact]
    public void What_is_typed_counts_in_utf8()
    {
        using ChapSecret typed = ChapSecret.Copy("sechs Äpfel");
        using ChapSecret bytes = ChapSecret.Copy("sechs Äpfel"u8);

        Assert.True(typed.Matches(bytes));
    }

    [Fact]
    public void Secrets_match_only_as_a_whole()
    {
        using ChapSecret secret = ChapSecret.Copy("0123456789abcdef"u8);
        using ChapSecret longer = ChapSecret.Copy("0123456789abcdefg"u8);
        using ChapSecret other = ChapSecret.Copy("0123456789abcdeF"u8);

        Assert.False(secret.Matches(longer));
        Assert.False(secret.Matches(other));
    }

    [Fact, Requirement("CHAP-17")]
    public void A_secret_prints_nothing_of_itself()
    {
        using ChapSecret secret = ChapSecret.Copy("0123456789abcdef"u8);

        Assert.Equal("(secret)", secret.ToString());
        Assert.DoesNotContain("0123", new ChapCredential("user", secret).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_was_disposed_of_is_gone()
    {
        ChapSecret secret = ChapSecret.Copy("0123456789abcdef"u8);
        ReadOnlySpan<byte> bytes = secret.Bytes();

        secret.Dispose();

        Assert.Equal(new byte[16], bytes.ToArray());
        Assert.Throws<ObjectDisposedException>(() => secret.Matches(secret));
    }

    [Theory, Requirement("CHAP-11")]
    [InlineData("user", true)]
    [InlineData("Jürgen M.", true)]
    [InlineData("", false)]
    [InlineData("a\0b", false)]
    public void A_name_is_any_text(string name, bool isTaken)
    {
        Assert.Equal(isTaken, ChapCredential.ObjectionTo(name) is null);
    }

    [Fact, Requirement("CHAP-11")]
    public void A_name_has_at_most_255_bytes()
    {
        Assert.Null(ChapCredential.ObjectionTo(new string('n', 255)));
        Assert.NotNull(ChapCredential.ObjectionTo(new string('n', 254) + "ä"));
    }
}
