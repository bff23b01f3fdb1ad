namespace IscsiMount.Control;

/// <summary>Opens a connection to the agent: a socket or a pipe.</summary>
/// <exception cref="IOException">There is nobody.</exception>
public delegate ValueTask<Stream> ControlConnector(CancellationToken cancellationToken);
