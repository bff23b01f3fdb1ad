namespace IscsiMount.Protocol.Authentication;

/// <summary>
/// Challenges that were met lately, on whatever connection. One of our own that comes back was reflected: whoever sends
/// it wants us to answer our own question (RFC 7143 §9.2.1). One that comes again has an answer that others may have
/// heard. Any number of connections use it at once.
/// </summary>
/// <param name="countMax">LIMIT: challenges that are remembered. A login takes seconds, and few run at once.</param>
public sealed class ChallengeMemory(int countMax = 1024)
{
    // Connections log in on their own threads, and what is done under the lock takes no time.
    private readonly Lock _lock = new();
    private readonly Queue<string> _inOrder = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Remembers a challenge.</summary>
    /// <returns>Whether it was not known before.</returns>
    public bool Add(ChapChallenge challenge)
    {
        string key = ToKey(challenge);
        lock (_lock)
        {
            if (!_known.Add(key))
            {
                return false;
            }

            _inOrder.Enqueue(key);
            if (_inOrder.Count > countMax)
            {
                _known.Remove(_inOrder.Dequeue());
            }

            return true;
        }
    }

    /// <summary>Whether it is one of those. Its identifier does not count, as it is easily changed.</summary>
    public bool Contains(ChapChallenge challenge)
    {
        string key = ToKey(challenge);
        lock (_lock)
        {
            return _known.Contains(key);
        }
    }

    private static string ToKey(ChapChallenge challenge)
    {
        ArgumentNullException.ThrowIfNull(challenge);
        return Convert.ToHexString(challenge.Bytes);
    }
}
