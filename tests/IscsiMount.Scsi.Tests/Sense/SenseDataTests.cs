using IscsiMount.Primitives;
using IscsiMount.Scsi.Sense;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Scsi.Tests.Sense;

[Requirement("SCSI-27")]
public sealed class SenseDataTests
{
    private static readonly SenseData ReadErrorAtBlock = new()
    {
        Key = SenseKey.MediumError,
        Additional = AdditionalSense.UnrecoveredReadError,
        Information = 0x0102_0304,
        CommandSpecificInformation = 5,
        FieldReplaceableUnit = 6,
        KeySpecific = new(0, 7),
        IsLengthIncorrect = true,
    };

    [Fact]
    public void Fixed_format_has_every_field_in_its_place()
    {
        AssertBothWays(
            "F0" + "00" + "23" + "01020304" + "0A" + "00000005" + "11" + "00" + "06" + "80" + "0007",
            ReadErrorAtBlock,
            SenseFormat.Fixed);
    }

    [Fact]
    public void Descriptor_format_has_every_field_in_its_place()
    {
        AssertBothWays(
            "72" + "03" + "11" + "00" + "000000" + "28"
            + "00" + "0A" + "80" + "00" + "0000000001020304"
            + "01" + "0A" + "00" + "00" + "0000000000000005"
            + "02" + "06" + "0000" + "80" + "0007" + "00"
            + "03" + "02" + "00" + "06"
            + "05" + "02" + "00" + "20",
            ReadErrorAtBlock,
            SenseFormat.Descriptor);
    }

    [Theory]
    [InlineData("71" + "00" + "03" + "00000000" + "0A" + "00000000" + "0C000000" + "0000", SenseFormat.Fixed)]
    [InlineData("73" + "03" + "0C" + "00" + "000000" + "00", SenseFormat.Descriptor)]
    public void A_deferred_error_has_a_response_code_of_its_own(string wire, SenseFormat format)
    {
        var sense = new SenseData
        {
            Key = SenseKey.MediumError,
            Additional = AdditionalSense.WriteError,
            IsDeferred = true,
        };

        AssertBothWays(wire, sense, format);
    }

    [Fact]
    public void Information_beyond_32_bits_needs_the_descriptor_format()
    {
        SenseData sense = ReadErrorAtBlock with { Information = 0x1_0000_0000 };
        byte[] written = new byte[SenseData.LengthMax];

        int length = sense.Write(written, SenseFormat.Fixed);
        Assert.Null(SenseData.Read(written.AsSpan(0, length)).Information);

        length = sense.Write(written, SenseFormat.Descriptor);
        Assert.Equal(0x1_0000_0000u, SenseData.Read(written.AsSpan(0, length)).Information);
    }

    [Theory]
    [InlineData("", "sense data is empty")]
    [InlineData("7000", "sense data ends after 2 bytes")]
    [InlineData("720500", "sense data ends after 3 bytes")]
    [InlineData("00000000", "the response code is 00h")]
    [InlineData("7400000000000000", "the response code is 74h")]
    public void What_is_not_sense_data_is_a_violation(string wire, string observed)
    {
        var violation = Assert.Throws<ProtocolViolationException>(() => SenseData.Read(Convert.FromHexString(wire)));

        Assert.Contains(observed, violation.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_that_were_cut_off_are_absent()
    {
        var expected = new SenseData { Key = SenseKey.NotReady, Additional = AdditionalSense.None };

        Assert.Equal(expected, SenseData.Read([0x70, 0x00, 0x02]));
    }

    [Fact]
    public void Bytes_beyond_the_additional_length_are_not_looked_at()
    {
        byte[] wire = Convert.FromHexString("70" + "00" + "05" + "00000000" + "06" + "00000000" + "24" + "00" + "FF");

        Assert.Equal(SenseData.IllegalRequest(AdditionalSense.InvalidFieldInCdb), SenseData.Read(wire));
    }

    [Fact]
    public void Sense_data_of_a_vendor_is_named_so()
    {
        Assert.Equal(SenseKey.VendorSpecific, SenseData.Read([0x7F, 1, 2, 3]).Key);
    }

    [Fact]
    public void An_unknown_descriptor_is_passed_over()
    {
        byte[] wire = Convert.FromHexString(
            "72" + "06" + "2A" + "09" + "000000" + "10" + "8002FFFF" + "000A8000" + "000000000000002A");

        Assert.Equal(42u, SenseData.Read(wire).Information);
    }

    [Fact]
    public void An_invalid_field_is_pointed_at()
    {
        SenseKeySpecific inCommand = SenseData.InvalidFieldInCdb(new(4, 7)).KeySpecific!.Value;
        SenseKeySpecific inParameters = SenseData.InvalidFieldInParameterList(new(300)).KeySpecific!.Value;

        Assert.Equal((new CdbField(4, 7), true), inCommand.FieldAtFault);
        Assert.Equal((new CdbField(300), false), inParameters.FieldAtFault);
        Assert.Equal(new SenseKeySpecific(0x4F, 4), inCommand);
    }

    [Fact]
    public void It_reads_as_a_sentence()
    {
        Assert.Equal(
            "IllegalRequest: there is no such logical unit (25/00)",
            SenseData.IllegalRequest(AdditionalSense.LogicalUnitNotSupported).ToString());
    }

    private static void AssertBothWays(string wire, SenseData sense, SenseFormat format)
    {
        byte[] written = new byte[SenseData.LengthMax];
        written.AsSpan().Fill(0xEE);

        int length = sense.Write(written, format);

        Assert.Equal(wire, Convert.ToHexString(written.AsSpan(0, length)));
        Assert.Equal(sense, SenseData.Read(Convert.FromHexString(wire)));
    }
}
