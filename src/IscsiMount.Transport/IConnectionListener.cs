namespace IscsiMount.Transport;

/// <summary>Takes the connections that others make.</summary>
public interface IConnectionListener : IDisposable
{
    /// <summary>Where it listens, as <c>address:port</c>.</summary>
    string LocalName { get; }

    /// <summary>Waits for the next connection, on a thread of the caller.</summary>
    /// <returns>The connection, or nothing once <see cref="Stop"/> was called.</returns>
    /// <exception cref="ConnectionLostException">
    /// The system gives no more connections, for instance no handles.
    /// </exception>
    IConnectionIo? Accept();

    /// <summary>Ends <see cref="Accept"/>, from any thread and any number of times.</summary>
    void Stop();
}
