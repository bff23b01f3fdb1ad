using IscsiMount.Control;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Agent.Tests;

public sealed class TimeLimitTests
{
    [Fact]
    public void What_takes_too_long_is_cancelled_at_its_limit_and_told() => World.Run(1, async world =>
    {
        long start = world.Time.GetTimestamp();

        ControlException late = await FailureOf(new TimeLimit(world.Time).RunAsync(
            1.5, "The login", token => WaitAsync(world.Time, token), CancellationToken.None));

        Assert.Equal(ErrorCode.TimedOut, late.Problem.Code);
        Assert.Equal(TimeSpan.FromSeconds(1.5), world.Time.GetElapsedTime(start));
    });

    [Fact]
    public void Whoever_asked_and_goes_has_given_it_up() => World.Run(1, async world =>
    {
        using var gone = new CancellationTokenSource(TimeSpan.FromSeconds(1), world.Time);

        ControlException late = await FailureOf(new TimeLimit(world.Time).RunAsync(
            10, "The login", token => WaitAsync(world.Time, token), gone.Token));

        Assert.Equal(ErrorCode.GivenUp, late.Problem.Code);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(1e9)]
    public void A_limit_that_is_none_is_refused_before_anything_is_done(double seconds) => World.Run(1, async world =>
    {
        ControlException refused = await FailureOf(new TimeLimit(world.Time).RunAsync<int>(
            seconds, "The login", _ => throw new InvalidOperationException(), CancellationToken.None));

        Assert.Equal(ErrorCode.WrongUsage, refused.Problem.Code);
    });

    private static async Task<int> WaitAsync(TimeProvider time, CancellationToken token)
    {
        await Task.Delay(TimeSpan.FromHours(1), time, token);
        return 0;
    }

    // Assert.ThrowsAsync continues outside of the world.
    private static async Task<ControlException> FailureOf(Task<int> operation)
    {
        try
        {
            await operation;
        }
        catch (ControlException failure)
        {
            return failure;
        }

        throw new InvalidOperationException("It did not fail.");
    }
}
