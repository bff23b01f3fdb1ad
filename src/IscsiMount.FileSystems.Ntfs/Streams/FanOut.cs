namespace IscsiMount.FileSystems.Ntfs.Streams;

/// <summary>
/// Runs a number of independent pieces of work with a bounded number under way at once, and ends when all have ended:
/// until then the buffers belong to the device. After a fault no new piece is begun, and the first fault is thrown.
/// </summary>
internal sealed class FanOut<TState>
{
    private readonly TState _state;
    private readonly Func<TState, int, CancellationToken, ValueTask> _body;
    private readonly int _count;
    private int _next = -1;
    private volatile bool _isFaulted;

    private FanOut(TState state, int count, Func<TState, int, CancellationToken, ValueTask> body)
    {
        _state = state;
        _count = count;
        _body = body;
    }

    /// <param name="state">What every piece is given.</param>
    /// <param name="count">How many pieces there are. They are begun in the order of their numbers.</param>
    /// <param name="inFlightMax">How many may be under way at once.</param>
    /// <param name="body">Does the piece of a number.</param>
    /// <param name="cancellationToken">Given to every piece; the call still ends only when all of them have.</param>
    public static ValueTask RunAsync(
        TState state,
        int count,
        int inFlightMax,
        Func<TState, int, CancellationToken, ValueTask> body,
        CancellationToken cancellationToken)
    {
        if (count == 0)
        {
            return ValueTask.CompletedTask;
        }

        return count == 1 ? body(state, 0, cancellationToken) : RunManyAsync();

        async ValueTask RunManyAsync()
        {
            var fan = new FanOut<TState>(state, count, body);
            var workers = new Task[Math.Min(count, Math.Max(1, inFlightMax))];
            for (int i = 0; i < workers.Length; i++)
            {
                workers[i] = fan.WorkAsync(cancellationToken);
            }

            await Task.WhenAll(workers);
        }
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        bool isDone = false;
        try
        {
            int piece;
            while (!_isFaulted && (piece = Interlocked.Increment(ref _next)) < _count)
            {
                await _body(_state, piece, cancellationToken);
            }

            isDone = true;
        }
        finally
        {
            if (!isDone)
            {
                _isFaulted = true;
            }
        }
    }
}
