namespace IscsiMount.Transport;

/// <summary>
/// The bytes of one connection, over TCP or in memory. One thread receives, one at a time sends; the two may be at it
/// at once.
/// </summary>
/// <remarks>
/// Receiving blocks, because a thread of its own that receives a batch and completes its callers inline costs the
/// fewest system calls and hand-overs per command (docs/adr/0004). Sending never blocks unless it is asked to, so that
/// the receiving thread can send answers without the risk that both sides wait for each other.
/// </remarks>
public interface IConnectionIo : IDisposable
{
    /// <summary>The far end as <c>address:port</c>, for people.</summary>
    string RemoteName { get; }

    string LocalName { get; }

    /// <summary>
    /// Waits for bytes and takes what has come, filling <paramref name="first"/> before <paramref name="second"/>.
    /// Either may be empty, not both.
    /// </summary>
    /// <returns>How many bytes came in all; 0 is the end of the stream.</returns>
    /// <exception cref="ConnectionLostException">The connection is gone, or <see cref="Abort"/> was called.</exception>
    int Receive(Span<byte> first, Span<byte> second);

    /// <summary>
    /// Hands over as many bytes of the pieces, in their order, as the connection takes without waiting.
    /// </summary>
    /// <param name="pieces">What is to be sent. The memory is read during the call only.</param>
    /// <returns>How many bytes were taken: fewer than all, and also 0, if the connection is full.</returns>
    /// <exception cref="ConnectionLostException">The connection is gone.</exception>
    int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> pieces);

    /// <summary>Waits until the connection takes bytes again, or is gone.</summary>
    void WaitUntilWritable();

    /// <summary>
    /// Ends both directions from any thread. Whoever waits is released. May be called any number of times.
    /// </summary>
    void Abort();
}
