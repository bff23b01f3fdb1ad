using System.Text;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Primitives.Tests;

public sealed class Crc32CTests
{
    [Theory, Requirement("DIG-02")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", "AA36918A")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "43ABA862")]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "4E79DD46")]
    [InlineData("1F1E1D1C1B1A191817161514131211100F0E0D0C0B0A09080706050403020100", "5CDB3F11")]
    [InlineData("01C00000" + "00000000" + "0000000000000000" + "14000000" + "00000400" + "00000014" + "00000018"
        + "28000000000000000200000000000000", "563A96D9")]
    [InlineData("313233343536373839", "839206E3")]
    [InlineData("61", "3043D0C1")]
    [InlineData("00000000" + "00000000" + "0000000000000000" + "00000000" + "00000000" + "00000000" + "00000000"
        + "00000000000000000000000000000000", "B93A8C28")]
    [InlineData("6162636465" + "000000", "838BEAEC")]
    public void The_digest_of_a_known_message_is_known(string message, string digest)
    {
        byte[] written = new byte[Crc32C.DigestLength];

        Crc32C.WriteDigest(written, Crc32C.Compute(Convert.FromHexString(message)));

        Assert.Equal(digest, Convert.ToHexString(written));
    }

    [Fact]
    public void Nothing_has_the_checksum_to_start_with()
    {
        Assert.Equal(Crc32C.Empty, Crc32C.Compute([]));
    }

    [Fact]
    public void A_message_with_its_digest_gives_the_constant_of_the_standard()
    {
        byte[] message = [.. Encoding.ASCII.GetBytes("any message"), 0, 0, 0, 0];
        Crc32C.WriteDigest(message.AsSpan()[^Crc32C.DigestLength..], Crc32C.Compute(message.AsSpan()[..^4]));

        Assert.Equal(Crc32C.OfMessageWithDigest, Crc32C.Compute(message));
    }

    [Fact]
    public void A_digest_is_read_as_it_was_written()
    {
        byte[] digest = new byte[Crc32C.DigestLength];

        Crc32C.WriteDigest(digest, 0xE306_9283);

        Assert.Equal(0xE306_9283, Crc32C.ReadDigest(digest));
    }

    [Theory]
    [InlineData(0, 1500)]
    [InlineData(4000, 4200)]
    [InlineData(8100, 8300)]
    public void Every_way_agrees_with_the_definition_at_every_length(int shortest, int longest)
    {
        byte[] content = RandomBytes(seed: longest, longest);
        uint definition = ByDefinition(0x1234_5678, content.AsSpan(0, shortest));

        for (int length = shortest; length < longest; length++)
        {
            AssertEveryWay(definition, 0x1234_5678, content.AsSpan(0, length));
            definition = ByDefinition(definition, content.AsSpan(length, 1));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Any_split_gives_the_sum_of_the_whole(int seed)
    {
        var chance = new Random(seed);
        byte[] content = RandomBytes(seed, chance.Next(1, 100_000));
        uint expected = ~ByDefinition(uint.MaxValue, content);

        uint crc = Crc32C.Empty;
        ReadOnlySpan<byte> rest = content;
        while (!rest.IsEmpty)
        {
            int piece = Math.Min(rest.Length, chance.Next(1 << chance.Next(1, 16)));
            crc = Crc32C.Append(crc, rest[..piece]);
            rest = rest[piece..];
        }

        Assert.Equal(expected, crc);
        Assert.Equal(expected, Crc32C.Compute(content));
    }

    [Fact]
    public void A_checksum_allocates_nothing()
    {
        byte[] content = RandomBytes(seed: 1, 256 * 1024);
        uint first = Crc32C.Compute(content);
        long before = GC.GetAllocatedBytesForCurrentThread();

        uint second = Crc32C.Compute(content);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(first, second);
    }

    private static void AssertEveryWay(uint expected, uint register, ReadOnlySpan<byte> source)
    {
        Assert.Equal(expected, Crc32CTable.Append(register, source));
        Assert.Equal(expected, Crc32C.AppendSimple(register, source));
        Assert.Equal(expected, Crc32CInterleaved.Append(register, source));
        Assert.Equal(~expected, Crc32C.Append(~register, source));
        if (Crc32CFolded.IsSupported && source.Length >= 256)
        {
            Assert.Equal(expected, Crc32CFolded.Append(register, source));
        }
    }

    // One bit at a time, as the polynomial is written in the standard.
    private static uint ByDefinition(uint register, ReadOnlySpan<byte> source)
    {
        foreach (byte value in source)
        {
            register ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                register = (register >> 1) ^ ((register & 1) * 0x82F6_3B78);
            }
        }

        return register;
    }

    private static byte[] RandomBytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
