using IscsiMount.Primitives;
using IscsiMount.Scsi.Mode;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Scsi.Tests.Mode;

[Requirement("SCSI-10")]
public sealed class ModeParametersTests
{
    private const string Blocks = "00100000" + "00" + "000200";
    private const string Caching = "08" + "12" + "05" + "00" + "0000000000000000" + "20" + "00000000000000";
    private const string Control = "0A" + "0A" + "06" + "10" + "08" + "40" + "0000" + "FFFF" + "0000";

    private static readonly ModeParameters Example = new()
    {
        IsWriteProtected = true,
        SupportsForceUnitAccess = true,
        Blocks = new() { IsLong = false, BlockCount = 0x10_0000, BlockLength = 512 },
        Pages =
        [
            new CachingPage
            {
                IsWriteCacheEnabled = true,
                IsReadCacheDisabled = true,
                IsReadAheadDisabled = true,
            }.ToPage(),
            new ControlPage
            {
                UsesDescriptorSense = true,
                IsLogSavingDisabled = true,
                QueueAlgorithm = 1,
                IsWriteProtected = true,
                ReportsAbortedTasks = true,
                BusyTimeout = 0xFFFF,
            }.ToPage(),
        ],
    };

    public static TheoryData<ModeForm, string> Wires => new()
    {
        { ModeForm.Six, "2B" + "00" + "90" + "08" + Blocks + Caching + Control },
        { ModeForm.Ten, "002E" + "00" + "90" + "00" + "00" + "0008" + Blocks + Caching + Control },
    };

    [Theory, MemberData(nameof(Wires))]
    public void Parameters_are_written_to_their_places_and_read_from_them(ModeForm form, string wire)
    {
        byte[] written = new byte[Example.WireLength(form)];
        written.AsSpan().Fill(0xEE);

        Example.Write(written, form);

        Assert.Equal(wire, Convert.ToHexString(written));
        Assert.Equal(Example, ModeParameters.Read(Convert.FromHexString(wire), form));
    }

    [Fact]
    public void A_long_block_descriptor_is_announced()
    {
        var parameters = new ModeParameters
        {
            Blocks = new() { IsLong = true, BlockCount = 0x1_0000_0000, BlockLength = 4096 },
        };
        byte[] written = new byte[parameters.WireLength(ModeForm.Ten)];

        parameters.Write(written, ModeForm.Ten);

        Assert.Equal(
            "0016" + "00" + "00" + "01" + "00" + "0010" + "0000000100000000" + "00000000" + "00001000",
            Convert.ToHexString(written));
        Assert.Equal(parameters, ModeParameters.Read(written, ModeForm.Ten));
    }

    [Fact]
    public void A_page_with_subpage_has_the_longer_header()
    {
        var page = new ModePage
        {
            Code = ModePageCode.Control,
            Subpage = 1,
            IsSavable = true,
            Content = [0x04, 0x05, 0x06],
        };
        byte[] written = new byte[page.WireLength];

        page.Write(written);

        Assert.Equal("CA" + "01" + "0003" + "040506", Convert.ToHexString(written));
        Assert.Equal(page, ModePage.Read(written));
    }

    [Fact]
    public void Pages_are_found_by_code_and_subpage()
    {
        Assert.Equal(0xFFFF, ControlPage.Find(Example)!.BusyTimeout);
        Assert.True(CachingPage.Find(Example)!.IsWriteCacheEnabled);
        Assert.Null(Example.Find(ModePageCode.Control, subpage: 1));
        Assert.Null(CachingPage.Find(new ModeParameters()));
    }

    [Theory, MemberData(nameof(Wires))]
    public void A_page_that_was_cut_is_not_believed(ModeForm form, string wire)
    {
        byte[] whole = Convert.FromHexString(wire);

        Assert.Null(ControlPage.Find(ModeParameters.Read(whole.AsSpan(0, whole.Length - 1), form)));
        Assert.NotNull(CachingPage.Find(ModeParameters.Read(whole.AsSpan(0, whole.Length - 1), form)));
    }

    [Theory]
    [InlineData(ModeForm.Six, 3)]
    [InlineData(ModeForm.Ten, 7)]
    public void Parameters_without_a_header_are_a_violation(ModeForm form, int length)
    {
        Assert.Throws<ProtocolViolationException>(() => ModeParameters.Read(new byte[length], form));
    }

    [Theory, Seeds(20)]
    public void Random_bytes_survive_a_round_trip_or_are_a_violation(int seed)
    {
        var chance = new Random(seed);
        ModeForm form = (ModeForm)chance.Next(2);
        for (int i = 0; i < 500; i++)
        {
            byte[] bytes = new byte[chance.Next(256)];
            chance.NextBytes(bytes);
            bytes.AsSpan(0, Math.Min(bytes.Length, 4)).Fill((byte)chance.Next(64));
            if (Attempt.ReadObject(() => ModeParameters.Read(bytes, form)) is { } parameters)
            {
                byte[] written = new byte[parameters.WireLength(form)];
                parameters.Write(written, form);
                Assert.Equal(parameters, ModeParameters.Read(written, form));
                _ = CachingPage.Find(parameters);
                _ = ControlPage.Find(parameters);
            }
        }
    }
}
