namespace IscsiMount.Target.Answers;

/// <summary>Where answers go: a connection. Any thread may call, and nothing waits.</summary>
internal interface IAnswerSink
{
    /// <summary>
    /// Puts an answer behind all that were given before. It is released once, also if nobody is left.
    /// </summary>
    void Add(Answer answer);

    /// <summary>Sends what was added, now or with what follows. It may call answers back, so no lock is held.</summary>
    /// <param name="length">About how many bytes that is.</param>
    void Request(int length);
}
