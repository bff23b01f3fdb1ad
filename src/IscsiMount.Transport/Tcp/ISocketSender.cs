namespace IscsiMount.Transport.Tcp;

/// <summary>The sending half of a socket, which differs between systems.</summary>
internal interface ISocketSender : IDisposable
{
    /// <inheritdoc cref="IConnectionIo.TrySend"/>
    int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> pieces);

    /// <inheritdoc cref="IConnectionIo.WaitUntilWritable"/>
    void WaitUntilWritable();

    /// <summary>Releases whoever waits. The socket has been shut down already.</summary>
    void Abort();
}
