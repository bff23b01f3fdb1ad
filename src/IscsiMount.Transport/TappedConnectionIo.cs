namespace IscsiMount.Transport;

/// <summary>
/// A connection that shows its bytes to a tap. Where nobody listens, this class is not in the way at all.
/// </summary>
public sealed class TappedConnectionIo(IConnectionIo connection, IWireTap tap) : IConnectionIo
{
    public string RemoteName => connection.RemoteName;

    public string LocalName => connection.LocalName;

    public int Receive(Span<byte> first, Span<byte> second)
    {
        int count = connection.Receive(first, second);
        int inFirst = Math.Min(count, first.Length);
        Show(first[..inFirst]);
        Show(second[..(count - inFirst)]);
        return count;
    }

    public int TrySend(ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        int count = connection.TrySend(pieces);
        int left = count;
        for (int i = 0; left > 0; i++)
        {
            ReadOnlySpan<byte> taken = pieces[i].Span[..Math.Min(left, pieces[i].Length)];
            tap.Sent(taken);
            left -= taken.Length;
        }

        return count;
    }

    public void WaitUntilWritable() => connection.WaitUntilWritable();

    public void Abort() => connection.Abort();

    public void Dispose() => connection.Dispose();

    private void Show(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            tap.Received(bytes);
        }
    }
}
