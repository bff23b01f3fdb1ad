using Xunit;

namespace IscsiMount.Testing.Tests;

public sealed class EventuallyTests
{
    [Fact]
    public async Task It_returns_when_the_condition_holds()
    {
        int asked = 0;

        await Eventually.HoldsAsync(() => ++asked == 3);

        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task It_fails_with_the_condition_that_did_not_hold()
    {
        bool isOpen = false;

        var failure = await Assert.ThrowsAsync<TimeoutException>(
            () => Eventually.HoldsAsync(() => isOpen, TimeSpan.FromMilliseconds(30)));

        Assert.Contains("() => isOpen", failure.Message, StringComparison.Ordinal);
    }
}
