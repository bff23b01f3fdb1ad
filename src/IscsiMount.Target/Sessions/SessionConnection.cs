using IscsiMount.Target.Answers;
using IscsiMount.Target.Tasks;

namespace IscsiMount.Target.Sessions;

/// <summary>One connection as a part of its session.</summary>
/// <param name="connectionId">Its CID, which the initiator has chosen.</param>
/// <param name="sink">Where its answers go.</param>
/// <param name="end">Ends it, from any thread.</param>
internal sealed class SessionConnection(ushort connectionId, IAnswerSink sink, Action<EndReason> end) : IDisposable
{
    private readonly TaskCompletionSource _hasLeft = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ushort ConnectionId => connectionId;

    /// <summary>The connection as its commands see it.</summary>
    public Allegiance Allegiance { get; } = new(sink);

    /// <summary>Ends when the connection is no part of the session any more, and no device works for it.</summary>
    public Task HasLeft => _hasLeft.Task;

    /// <summary>Ends the connection from any thread. Its own thread then tidies up and leaves.</summary>
    public void End(EndReason reason) => end(reason);

    /// <summary>It has left the session.</summary>
    public void SetLeft() => _hasLeft.SetResult();

    public void Dispose() => Allegiance.Dispose();
}
