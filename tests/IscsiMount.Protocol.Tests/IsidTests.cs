using IscsiMount.Primitives;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests;

public sealed class IsidTests
{
    [Fact, Rfc7143("11.12.5"), Requirement("SESS-01")]
    public void The_random_format_says_so_in_its_first_byte()
    {
        byte[] wire = new byte[Isid.Length];

        Isid.FromRandom(0x123456, 0x0002).Write(wire);

        Assert.Equal("80" + "123456" + "0002", Convert.ToHexString(wire));
    }

    [Theory, Seeds(50), Requirement("SESS-01")]
    public void A_drawn_one_is_of_the_random_format_and_keeps_its_qualifier(int seed)
    {
        var isid = Isid.FromRandom(new Random(seed), 0xBEEF);

        Assert.Equal((0x80ul, 0xBEEFul), (isid.Value >> 40, isid.Value & 0xFFFF));
        Assert.Equal(12, isid.ToString().Length);
    }

    [Theory, Seeds(50)]
    public void Six_bytes_survive_a_round_trip(int seed)
    {
        byte[] bytes = new byte[Isid.Length];
        new Random(seed).NextBytes(bytes);
        byte[] written = new byte[Isid.Length];

        Isid.Read(bytes).Write(written);

        Assert.Equal(bytes, written);
    }

    [Fact]
    public void A_seventh_byte_is_a_bug()
    {
        Assert.Throws<InvariantViolationException>(() => new Isid(0x1_0000_0000_0000));
    }
}
