namespace IscsiMount.Control.Http;

/// <summary>Reads lines and runs of bytes from a stream, through a buffer of fixed size.</summary>
internal sealed class ByteSource(Stream stream)
{
    /// <summary>LIMIT: our longest header line has some 60 bytes; whatever is longer is not from our agent.</summary>
    private const int LineLengthMax = 4096;

    private readonly byte[] _buffer = new byte[8192];
    private int _start;
    private int _end;
    private bool _hasBytes;

    /// <summary>The next line without its end.</summary>
    public async ValueTask<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                string line = System.Text.Encoding.Latin1.GetString(_buffer, _start, length);
                _start += length + 1;
                return line.TrimEnd('\r');
            }

            if (_end - _start >= LineLengthMax)
            {
                throw new HttpMalformedException($"A line of the answer has more than {LineLengthMax} bytes.");
            }

            await FillAsync(cancellationToken);
        }
    }

    public async ValueTask ReadExactlyAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        while (!destination.IsEmpty)
        {
            if (_start == _end)
            {
                await FillAsync(cancellationToken);
            }

            int count = Math.Min(destination.Length, _end - _start);
            _buffer.AsMemory(_start, count).CopyTo(destination);
            _start += count;
            destination = destination[count..];
        }
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        int count = await ReadSomeAsync(cancellationToken);
        if (count == 0)
        {
            throw new HttpConnectionClosedException(isBeforeAnswer: !_hasBytes);
        }

        _hasBytes = true;
        _end += count;
    }

    private async ValueTask<int> ReadSomeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        }
        catch (IOException)
        {
            // A reset says the same as an end: the agent is gone. Which of the two it is depends on what it had read.
            return 0;
        }
    }
}
