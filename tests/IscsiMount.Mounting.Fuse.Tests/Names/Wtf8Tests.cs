using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Names;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests.Names;

public sealed class Wtf8Tests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("0061" + "0062", "61" + "62")]
    [InlineData("00E9" + "8A9E" + "D83DDCC0", "C3A9" + "E8AA9E" + "F09F9380")]
    [InlineData("D800", "EDA080")]
    [InlineData("DFFF", "EDBFBF")]
    [InlineData("DC00" + "D800", "EDB080" + "EDA080")]
    [InlineData("0061" + "D83D" + "0062", "61" + "EDA0BD" + "62")]
    public void A_text_has_one_form_in_bytes_and_comes_back_from_it(string units, string bytes)
    {
        // An attribute cannot hold a surrogate that stands alone.
        string text = string.Concat(units.Chunk(4).Select(unit => (char)Convert.ToUInt16(new string(unit), 16)));

        byte[] encoded = Wtf8.EncodeWithZero(text);

        Assert.Equal(bytes + "00", Convert.ToHexString(encoded));
        Assert.Equal(text, Decode(encoded[..^1]));
    }

    [Theory]
    [InlineData("EDA0BD" + "EDB280", "two halves of a pair")]
    [InlineData("C080", "an overlong form")]
    [InlineData("F4908080", "beyond the last character")]
    [InlineData("FF", "no character begins so")]
    [InlineData("61C3", "cut in the middle")]
    [InlineData("EDA0", "a surrogate that is cut")]
    [InlineData("EDA041", "a surrogate without its last byte")]
    public void Bytes_in_any_other_form_name_no_file(string bytes, string why)
    {
        Span<char> name = stackalloc char[Wtf8.UnitsMax];

        FsStatus status = Wtf8.Decode(Convert.FromHexString(bytes), name, out _);

        Assert.True(status == FsStatus.NotFound, why);
    }

    [Theory]
    [InlineData(255, FsStatus.Ok)]
    [InlineData(256, FsStatus.NameTooLong)]
    public void A_name_has_at_most_255_units_of_any_kind(int length, FsStatus expected)
    {
        foreach (char unit in "a語\uDC00")
        {
            byte[] bytes = Wtf8.EncodeWithZero(new string(unit, length));

            Assert.Equal(expected, Wtf8.Decode(bytes.AsSpan()[..^1], new char[Wtf8.UnitsMax], out _));
        }
    }

    [Theory, Seeds(100)]
    public void Random_units_survive_a_round_trip(int seed)
    {
        var chance = new Random(seed);
        char[] units = [.. Enumerable.Range(0, chance.Next(255)).Select(_ => RandomUnit(chance))];

        Assert.Equal(new string(units), Decode(Wtf8.EncodeWithZero(units)[..^1]));
    }

    [Theory, Seeds(100)]
    public void Random_bytes_are_the_form_of_their_text_or_name_nothing(int seed)
    {
        var chance = new Random(seed);
        byte[] bytes = [.. Enumerable.Range(0, chance.Next(1, 12)).Select(_ => RandomByte(chance))];
        char[] name = new char[Wtf8.UnitsMax];

        FsStatus status = Wtf8.Decode(bytes, name, out int length);

        Assert.Equal(
            status == FsStatus.Ok ? [.. bytes, 0] : [],
            status == FsStatus.Ok ? Wtf8.EncodeWithZero(name.AsSpan(0, length)) : []);
    }

    private static string Decode(byte[] bytes)
    {
        char[] name = new char[Wtf8.UnitsMax];
        Assert.Equal(FsStatus.Ok, Wtf8.Decode(bytes, name, out int length));
        return new string(name, 0, length);
    }

    // Half of them surrogates, so that all kinds of neighbours occur.
    private static char RandomUnit(Random chance)
        => (char)(chance.Next(2) == 0 ? chance.Next(0xD800, 0xE000) : chance.Next(1, 0x1_0000));

    // Mostly bytes that begin or continue the forms of interest.
    private static byte RandomByte(Random chance)
    {
        ReadOnlySpan<byte> usual = [0x41, 0xED, 0xA0, 0xBF, 0x80, 0xB0, 0xF0, 0x9F, 0xC3];
        return chance.Next(4) == 0 ? (byte)chance.Next(1, 256) : usual[chance.Next(usual.Length)];
    }
}
