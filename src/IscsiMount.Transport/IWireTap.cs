namespace IscsiMount.Transport;

/// <summary>
/// Sees every byte of a connection, in the order of the stream. The two methods are called by two threads, each of
/// them by one at a time, and hold up the connection while they run. The bytes are valid during the call only.
/// </summary>
public interface IWireTap
{
    void Sent(ReadOnlySpan<byte> bytes);

    void Received(ReadOnlySpan<byte> bytes);
}
