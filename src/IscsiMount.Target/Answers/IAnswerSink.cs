namespace IscsiMount.Target.Answers;

/// <summary>Where answers go: a connection.</summary>
internal interface IAnswerSink
{
    /// <summary>Sends an answer behind all that were given before. Any thread may call it, and nothing waits.</summary>
    /// <param name="answer">It is released once, also if the connection is gone.</param>
    /// <param name="length">About how many bytes it is.</param>
    void Send(Answer answer, int length);
}
