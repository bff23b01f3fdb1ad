using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests;

public sealed class FuseOptionsTests
{
    [Fact]
    public void The_defaults_can_be_used() => Assert.Empty(new FuseOptions().Problems());

    [Fact]
    public void All_problems_are_told_at_once_and_refuse_the_mounter()
    {
        var options = new FuseOptions
        {
            ReaderCount = 0,
            ReadAheadKib = -1,
            BackgroundRequestsMax = 1,
            CacheTimeout = TimeSpan.FromSeconds(-1),
        };

        ArgumentException failure = Assert.Throws<ArgumentException>(() => FuseTestMount.NewMounter(options));

        Assert.Equal(4, options.Problems().Count());
        Assert.All(options.Problems(), problem => Assert.Contains(problem, failure.Message, StringComparison.Ordinal));
    }
}
