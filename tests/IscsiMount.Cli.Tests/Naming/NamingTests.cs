using IscsiMount.Cli.Naming;
using IscsiMount.Control;
using IscsiMount.Control.Requests;
using Xunit;

namespace IscsiMount.Cli.Tests.Naming;

public sealed class NamingTests
{
    [Theory]
    [InlineData("iscsi://nas/iqn.x", "nas", "iqn.x", null, null)]
    [InlineData("iscsi://nas:3261/iqn.x:disk/4", "nas:3261", "iqn.x:disk", 4UL, null)]
    [InlineData("ISCSI://[2001:db8::5]:3260/iqn.x/0/2/", "[2001:db8::5]:3260", "iqn.x", 0UL, 2)]
    public void A_url_is_taken_apart(string text, string portal, string target, ulong? lun, int? partition)
    {
        var url = IscsiUrl.Parse(text);

        Assert.Equal((portal, target, lun, partition), (url.Portal, url.Target, url.Lun, url.Partition));
    }

    [Theory]
    [InlineData("iscsi://nas")]
    [InlineData("iscsi:///iqn.x")]
    [InlineData("iscsi://nas//1")]
    [InlineData("iscsi://nas/iqn.x/one")]
    [InlineData("iscsi://nas/iqn.x/-1")]
    [InlineData("iscsi://nas/iqn.x/1/2/3")]
    [InlineData("iscsi://me:secret@nas/iqn.x")]
    [InlineData("iscsi://me%25secret@nas/iqn.x")]
    [InlineData("iscsi://@nas/iqn.x")]
    [InlineData("iscsi://me@/iqn.x")]
    public void Another_url_is_wrong_usage(string text)
    {
        var refusal = Assert.Throws<ControlException>(() => IscsiUrl.Parse(text));

        Assert.Equal(ErrorCode.WrongUsage, refusal.Problem.Code);
        Assert.DoesNotContain("secret@", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_url_may_say_as_whom_to_log_in()
    {
        var url = IscsiUrl.Parse("iscsi://me@nas:3261/iqn.x");

        Assert.Equal(("me", "nas:3261"), (url.User, url.Portal));
        Assert.Null(IscsiUrl.Parse("iscsi://nas:3261/iqn.x").User);
    }

    [Theory]
    [InlineData("30", 30_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("500ms", 500)]
    [InlineData("2m", 120_000)]
    [InlineData("24h", 86_400_000)]
    public void A_time_has_a_unit_or_is_in_seconds(string text, int milliseconds)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("25h")]
    [InlineData("1e9")]
    [InlineData("NaN")]
    [InlineData("soon")]
    public void What_is_no_time_within_a_day_is_refused(string text)
    {
        Assert.False(Duration.TryParse(text, out _));
    }

    [Fact]
    public void A_volume_is_named_by_id_by_url_or_by_place()
    {
        Assert.Equal(new VolumeSelector { Id = "1/0/2" }, VolumeChoice.Understand("1/0/2"));
        Assert.Equal(
            new VolumeSelector { Target = "iqn.x", Lun = 0, Partition = 2 },
            VolumeChoice.Understand("iscsi://nas/iqn.x/0/2"));
        Assert.Equal(new VolumeSelector { MountPoint = "/mnt/x" }, VolumeChoice.Understand("/mnt/../mnt/x"));
        Assert.Equal(
            new VolumeSelector { MountPoint = Path.GetFullPath("here") }, VolumeChoice.Understand("here"));
    }
}
