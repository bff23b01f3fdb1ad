using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Primitives.Tests;

public sealed class LogicalUnitNumberTests
{
    [Theory, Requirement("SCSI-07")]
    [InlineData(0, "0000" + "000000000000")]
    [InlineData(1, "0001" + "000000000000")]
    [InlineData(255, "00FF" + "000000000000")]
    [InlineData(256, "4100" + "000000000000")]
    [InlineData(300, "412C" + "000000000000")]
    [InlineData(16383, "7FFF" + "000000000000")]
    [InlineData(16384, "D2004000" + "00000000")]
    [InlineData(0xFFFFFF, "D2FFFFFF" + "00000000")]
    public void An_index_has_a_shortest_form(int index, string wire)
    {
        byte[] bytes = new byte[LogicalUnitNumber.Length];

        LogicalUnitNumber.FromIndex(index).Write(bytes);

        Assert.Equal(wire, Convert.ToHexString(bytes));
        Assert.True(LogicalUnitNumber.Read(bytes).TryGetIndex(out int read));
        Assert.Equal(index, read);
    }

    [Theory, Requirement("SCSI-07")]
    [InlineData("4000" + "000000000000", 0)]     // flat space, as some targets report small numbers
    [InlineData("4005" + "000000000000", 5)]
    [InlineData("D2000007" + "00000000", 7)]
    public void Every_form_of_an_index_is_understood(string wire, int index)
    {
        LogicalUnitNumber number = LogicalUnitNumber.Read(Convert.FromHexString(wire));

        Assert.True(number.TryGetIndex(out int read));
        Assert.Equal(index, read);
        Assert.Equal($"{index}", number.ToString());
    }

    [Theory]
    [InlineData("0101" + "000000000000")]        // a bus
    [InlineData("0001" + "000200000000")]        // a second level
    [InlineData("8001" + "000000000000")]        // another addressing method
    [InlineData("D2000001" + "00000001")]        // something behind the number
    [InlineData("C101" + "000000000000")]        // a well known unit
    public void A_number_without_an_index_is_shown_as_it_is(string wire)
    {
        LogicalUnitNumber number = LogicalUnitNumber.Read(Convert.FromHexString(wire));

        Assert.False(number.TryGetIndex(out _));
        Assert.Equal("0x" + wire, number.ToString());
    }

    [Fact]
    public void Two_forms_of_one_index_are_different_numbers()
    {
        Assert.NotEqual(LogicalUnitNumber.FromIndex(5), new LogicalUnitNumber(0x4005_0000_0000_0000));
    }

    [Fact]
    public void Only_the_well_known_units_are_well_known()
    {
        Assert.True(LogicalUnitNumber.WellKnownReportLuns.IsWellKnown);
        Assert.False(LogicalUnitNumber.FromIndex(0xC101).IsWellKnown);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0x100_0000)]
    public void An_index_without_a_form_is_misuse(int index)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LogicalUnitNumber.FromIndex(index));
    }

    [Theory, Seeds(100), Requirement("SCSI-07")]
    public void All_eight_bytes_are_carried_as_they_are(int seed)
    {
        byte[] bytes = new byte[LogicalUnitNumber.Length];
        new Random(seed).NextBytes(bytes);
        byte[] written = new byte[LogicalUnitNumber.Length];

        LogicalUnitNumber.Read(bytes).Write(written);

        Assert.Equal(bytes, written);
    }
}
