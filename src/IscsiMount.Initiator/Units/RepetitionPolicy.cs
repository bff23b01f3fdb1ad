namespace IscsiMount.Initiator.Units;

/// <summary>
/// How often, and after how long, a command is sent again that a unit did not carry out for the time being.
/// </summary>
internal static class RepetitionPolicy
{
    // LIMIT: several unit attentions may be queued in a unit, each of which costs one attempt.
    public const int RepetitionsMax = 10;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>The pause before a repetition, counted from zero. All of them together are about ten seconds.</summary>
    public static TimeSpan PauseBefore(int repetition)
    {
        TimeSpan pause = FirstPause * Math.Pow(2, repetition);
        return pause < LongestPause ? pause : LongestPause;
    }
}
