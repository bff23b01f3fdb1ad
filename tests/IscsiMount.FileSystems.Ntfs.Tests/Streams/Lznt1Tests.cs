using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Streams;

public sealed class Lznt1Tests
{
    [Fact]
    public void Literals_and_a_copy_that_repeats_itself_are_expanded()
    {
        // A chunk of 7 bytes: "abc" and a copy of 9 bytes from 3 back.
        byte[] source = Convert.FromHexString("05B0" + "08" + "616263" + "0620" + "0000");
        byte[] destination = new byte[16];

        Assert.True(Lznt1.TryDecompress(source, destination));
        Assert.Equal("abcabcabcabc\0\0\0\0"u8, destination);
    }

    [Fact]
    public void A_chunk_that_is_not_compressed_is_copied()
    {
        byte[] source = Convert.FromHexString("0330" + "01020304" + "0000");
        byte[] destination = new byte[6];

        Assert.True(Lznt1.TryDecompress(source, destination));
        Assert.Equal([1, 2, 3, 4, 0, 0], destination);
    }

    [Theory]
    [InlineData("05B0" + "08" + "61")]                        // cut off
    [InlineData("03B0" + "01" + "0000" + "00")]               // a copy from before the beginning
    [InlineData("02B0" + "02" + "61" + "00")]                 // half a token
    public void A_damaged_chunk_reads_as_zero_and_is_reported(string hex)
    {
        byte[] destination = new byte[Lznt1.ChunkSize];
        destination.AsSpan().Fill(0xEE);

        Assert.False(Lznt1.TryDecompress(Convert.FromHexString(hex), destination));
        Assert.False(destination.AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void A_damaged_chunk_does_not_take_the_next_ones_along()
    {
        byte[] plain = [.. Enumerable.Repeat((byte)'x', 3 * Lznt1.ChunkSize)];
        byte[] source = Lznt1Writer.Compress(plain);
        source[2] = 0xFF;
        byte[] destination = new byte[plain.Length];

        Assert.False(Lznt1.TryDecompress(source, destination));
        Assert.False(destination.AsSpan(0, Lznt1.ChunkSize).ContainsAnyExcept((byte)0));
        Assert.Equal(plain[Lznt1.ChunkSize..], destination[Lznt1.ChunkSize..]);
    }

    [Theory, Seeds(100)]
    public void What_was_compressed_comes_back(int seed)
    {
        var chance = new Random(seed);
        byte[] plain = MakePlain(chance);
        byte[] destination = new byte[65_536];
        destination.AsSpan().Fill(0xEE);

        Assert.True(Lznt1.TryDecompress(Lznt1Writer.Compress(plain), destination));
        Assert.Equal(plain, destination[..plain.Length]);
    }

    [Theory, Seeds(200)]
    public void Garbage_fills_the_destination_all_the_same(int seed)
    {
        var chance = new Random(seed);
        byte[] source = new byte[chance.Next(0, 9000)];
        chance.NextBytes(source);
        byte[] once = new byte[16_384];
        byte[] again = new byte[16_384];
        again.AsSpan().Fill(0xEE);

        bool isSound = Lznt1.TryDecompress(source, once);

        Assert.Equal(isSound, Lznt1.TryDecompress(source, again));
        Assert.Equal(once, again);
    }

    /// <summary>Words that repeat at all distances, between noise.</summary>
    private static byte[] MakePlain(Random chance)
    {
        byte[] plain = new byte[chance.Next(1, 65_536)];
        chance.NextBytes(plain);
        for (int i = 0; i < 2000; i++)
        {
            int length = Math.Min(chance.Next(3, 300), plain.Length / 2);
            int from = chance.Next(plain.Length - length + 1);
            plain.AsSpan(from, length).CopyTo(plain.AsSpan(chance.Next(plain.Length - length + 1)));
        }

        return plain;
    }
}
