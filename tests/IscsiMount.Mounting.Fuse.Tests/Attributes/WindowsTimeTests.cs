using IscsiMount.Mounting.Fuse.Attributes;
using IscsiMount.Mounting.Fuse.Native;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests.Attributes;

public sealed class WindowsTimeTests
{
    [Theory]
    [InlineData(0x019D_B1DE_D53E_8000, 0, 0)]
    [InlineData(0x019D_B1DE_D53E_7FFF, -1, 999_999_900)]
    [InlineData(0, -11_644_473_600, 0)]
    [InlineData(-1, -11_644_473_601, 999_999_900)]
    [InlineData(133_485_408_012_345_678, 1_704_067_201, 234_567_800)]
    [InlineData(long.MaxValue, 910_692_730_085, 477_580_700)]
    [InlineData(long.MinValue, -933_981_677_286, 522_419_200)]
    public void Every_time_of_a_medium_has_one_in_linux(long ticks, long seconds, long nanoseconds)
        => Assert.Equal(new TimeSpecification(seconds, nanoseconds), WindowsTime.ToLinux(ticks));
}
