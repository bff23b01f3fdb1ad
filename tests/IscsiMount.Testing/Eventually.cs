using System.Runtime.CompilerServices;

namespace IscsiMount.Testing;

/// <summary>
/// Waits for something that happens outside of this process or on the real thread pool. This is the only place where
/// a test waits for the clock on the wall, and it waits for a condition and never for a time.
/// </summary>
public static class Eventually
{
    /// <summary>Long enough for a loaded machine. A test that passes never waits this long.</summary>
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns as soon as the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold within the limit. The message names it.</exception>
    public static Task HoldsAsync(
        Func<bool> condition,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        ArgumentNullException.ThrowIfNull(condition);
        return HoldsAsync(() => Task.FromResult(condition()), limit, what);
    }

    /// <summary>The same for a condition that itself must wait for an answer.</summary>
    /// <exception cref="TimeoutException">It did not hold within the limit. The message names it.</exception>
    public static async Task HoldsAsync(
        Func<Task<bool>> condition,
        TimeSpan? limit = null,
        [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        ArgumentNullException.ThrowIfNull(condition);
        TimeSpan patience = limit ?? DefaultLimit;
        long start = TimeProvider.System.GetTimestamp();
        using var tick = new PeriodicTimer(Interval);
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > patience)
            {
                throw new TimeoutException($"Not within {patience.TotalSeconds} s: {what}");
            }

            await tick.WaitForNextTickAsync();
        }
    }
}
