namespace IscsiMount.Transport;

/// <summary>Makes connections: over TCP, or in memory.</summary>
public interface IConnector
{
    /// <summary>
    /// Connects, and blocks until that is done. It is called on the thread that will receive: an awaited connect would
    /// turn the socket to non-blocking for the rest of its life (docs/adr/0004).
    /// </summary>
    /// <param name="host">
    /// An IPv4 or IPv6 address without brackets, or a name. All addresses of a name are tried,
    /// each with a small head start on the next; the first that answers is taken.
    /// </param>
    /// <param name="port">The TCP port.</param>
    /// <param name="timeout">The longest time that all attempts together may take.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ConnectionLostException">It could not be made; the exception has the reason.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    IConnectionIo Connect(string host, int port, TimeSpan timeout, CancellationToken cancellationToken);
}
