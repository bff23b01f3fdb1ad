namespace IscsiMount.Initiator.Sessions;

/// <summary>
/// How long to wait before the next attempt: longer and longer, and never two initiators at the same pace, since after
/// a restart of a target all of its initiators come at once.
/// </summary>
internal sealed class Backoff(Random chance)
{
    private static readonly TimeSpan FirstStep = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(30);

    private TimeSpan _step = FirstStep;

    /// <summary>The next pause: between a half and the whole of a step that doubles each time.</summary>
    public TimeSpan Next()
    {
        TimeSpan step = _step;
        _step = step * 2 < LongestStep ? step * 2 : LongestStep;
        return step * (0.5 + (chance.NextDouble() / 2));
    }

    public void Reset() => _step = FirstStep;
}
