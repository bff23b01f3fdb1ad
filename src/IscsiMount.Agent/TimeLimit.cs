using IscsiMount.Control;

namespace IscsiMount.Agent;

/// <summary>Keeps an operation to the time that its caller gave it.</summary>
internal sealed class TimeLimit(TimeProvider time)
{
    /// <summary>Undoing something must end, too, also when there is no time left.</summary>
    public static readonly TimeSpan Undo = TimeSpan.FromSeconds(5);

    /// <summary>Runs an operation that is undone by itself when it is cancelled.</summary>
    /// <exception cref="ControlException">The time is up, or the caller has gone.</exception>
    public async Task<T> RunAsync<T>(
        double seconds, string what, Func<CancellationToken, Task<T>> operation, CancellationToken callerGone)
    {
        TimeSpan limit = Limit(seconds);
        using var late = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, callerGone);
        try
        {
            T result = await operation(either.Token);

            // The last thing that was waited for may have ended on the thread that receives for a connection.
            await Task.Yield();
            return result;
        }
        catch (OperationCanceledException cancelled) when (callerGone.IsCancellationRequested)
        {
            throw new ControlException(
                Problem.Of(ErrorCode.GivenUp, $"{what} was given up, and what it had begun is undone."), cancelled);
        }
        catch (OperationCanceledException cancelled)
        {
            var problem = Problem.Of(
                ErrorCode.TimedOut,
                $"{what} took too long.",
                $"It was not done after {limit.TotalSeconds:0.###} s.",
                "Give it more time with --timeout, and check that the target is well.");
            throw new ControlException(problem, cancelled);
        }
    }

    private static TimeSpan Limit(double seconds)
    {
        return seconds is >= 0.001 and <= 86_400
            ? TimeSpan.FromSeconds(seconds)
            : throw new ControlException(ErrorCode.WrongUsage, $"A timeout of {seconds} s is not within a day.");
    }
}
