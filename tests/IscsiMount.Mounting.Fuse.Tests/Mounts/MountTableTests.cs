using IscsiMount.Mounting.Fuse.Mounts;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests.Mounts;

public sealed class MountTableTests
{
    [Theory]
    [InlineData(
        "36 35 0:57 / /mnt/data ro,nosuid shared:1 - fuse.iscsimount iscsimount#a ro,user_id=0",
        "/mnt/data", "0:57", "fuse.iscsimount")]
    [InlineData(
        "36 35 8:1 / /mnt/with\\040blank\\134and\\011more rw - ext4 /dev/sda1 rw",
        "/mnt/with blank\\and\tmore", "8:1", "ext4")]
    [InlineData(
        "36 35 0:57 / /mnt/Gr\u00FC\u00DFe rw shared:1 master:2 propagate_from:3 - tmpfs - rw",
        "/mnt/Gr\u00FC\u00DFe", "0:57", "tmpfs")]
    public void A_line_is_read_field_by_field(string line, string mountPoint, string device, string type)
        => Assert.Equal(new MountEntry(mountPoint, device, type), MountEntry.TryParse(line));

    [Theory]
    [InlineData("")]
    [InlineData("36 35 0:57 / /mnt/data ro,nosuid")]
    [InlineData("36 35 0:57 / /mnt/data ro,nosuid shared:1 -")]
    public void A_line_that_lacks_a_field_is_none(string line) => Assert.Null(MountEntry.TryParse(line));

    [Fact]
    public void The_connection_has_the_minor_number_of_the_device()
        => Assert.Equal("57", new MountEntry("/mnt", "0:57", MountEntry.OurType).ConnectionNumber);

    [Fact]
    public void The_root_of_this_machine_is_mounted()
    {
        Assert.NotNull(MountTable.Find("/"));
        Assert.Null(MountTable.Find("/nothing is mounted here"));
    }
}
