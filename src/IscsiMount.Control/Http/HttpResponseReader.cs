using System.Globalization;

namespace IscsiMount.Control.Http;

// An answer of HTTP/1.1 (RFC 9112), as Kestrel sends it
//
//   HTTP/1.1 200 OK                      status line
//   Content-Type: application/json       header lines, in any order
//   Transfer-Encoding: chunked           or Content-Length: n; neither is "no content"
//                                        an empty line
//   1a2f[;extension]                     each chunk: its length in hexadecimal, …
//   …0x1a2f bytes…                       … its bytes and a line end
//   0                                    the last chunk
//                                        trailer lines (none of ours), an empty line

/// <summary>Reads one answer. Nothing that the peer says makes it take more than a fixed amount of memory.</summary>
internal sealed class HttpResponseReader(Stream stream)
{
    /// <summary>LIMIT: a document of 10,000 volumes has some 5 MiB.</summary>
    public const int ContentLengthMax = 16 * 1024 * 1024;

    private const int HeaderLinesMax = 64;

    private readonly ByteSource _source = new(stream);

    public async ValueTask<HttpResponse> ReadAsync(CancellationToken cancellationToken)
    {
        int status = ReadStatus(await _source.ReadLineAsync(cancellationToken));
        (bool isChunked, int contentLength) = await ReadHeadersAsync(cancellationToken);
        byte[] content = isChunked
            ? await ReadChunksAsync(cancellationToken)
            : await ReadContentAsync(contentLength, cancellationToken);
        return new(status, content);
    }

    private static int ReadStatus(string line)
    {
        string[] words = line.Split(' ', 3);
        if (words.Length < 2 || words[0] != "HTTP/1.1"
            || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int status)
            || status is < 200 or > 599)
        {
            throw new HttpMalformedException("The answer does not begin with a status of HTTP/1.1.");
        }

        return status;
    }

    private async ValueTask<(bool IsChunked, int ContentLength)> ReadHeadersAsync(CancellationToken cancellationToken)
    {
        bool isChunked = false;
        int contentLength = 0;
        for (int i = 0; i < HeaderLinesMax; i++)
        {
            string line = await _source.ReadLineAsync(cancellationToken);
            if (line.Length == 0)
            {
                return (isChunked, contentLength);
            }

            (string name, string value) = SplitHeader(line);
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                contentLength = ReadLength(value, NumberStyles.None);
            }
            else if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                isChunked = value.Equals("chunked", StringComparison.OrdinalIgnoreCase)
                    ? true
                    : throw new HttpMalformedException("The answer is encoded in a way that is not ours.");
            }
        }

        throw new HttpMalformedException($"The answer has more than {HeaderLinesMax} header lines.");
    }

    private static (string Name, string Value) SplitHeader(string line)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? (line[..colon], line[(colon + 1)..].Trim())
            : throw new HttpMalformedException("A header line of the answer has no name.");
    }

    private static int ReadLength(string digits, NumberStyles style)
    {
        if (!int.TryParse(digits, style, CultureInfo.InvariantCulture, out int length) || length < 0)
        {
            throw new HttpMalformedException("A length in the answer is not a number.");
        }

        CheckSize(length);
        return length;
    }

    private static void CheckSize(long length)
    {
        if (length > ContentLengthMax)
        {
            throw new HttpMalformedException($"The answer has more than {ContentLengthMax} bytes.");
        }
    }

    private async ValueTask<byte[]> ReadContentAsync(int length, CancellationToken cancellationToken)
    {
        byte[] content = new byte[length];
        await _source.ReadExactlyAsync(content, cancellationToken);
        return content;
    }

    private async ValueTask<byte[]> ReadChunksAsync(CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        while (true)
        {
            string head = (await _source.ReadLineAsync(cancellationToken)).Split(';')[0].Trim();
            int length = ReadLength(head, NumberStyles.AllowHexSpecifier);
            if (length == 0)
            {
                await SkipTrailersAsync(cancellationToken);
                return content.ToArray();
            }

            CheckSize(content.Length + length);
            content.Write(await ReadContentAsync(length, cancellationToken));
            if ((await _source.ReadLineAsync(cancellationToken)).Length != 0)
            {
                throw new HttpMalformedException("A chunk of the answer is longer than it says.");
            }
        }
    }

    private async ValueTask SkipTrailersAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < HeaderLinesMax; i++)
        {
            if ((await _source.ReadLineAsync(cancellationToken)).Length == 0)
            {
                return;
            }
        }

        throw new HttpMalformedException($"The answer has more than {HeaderLinesMax} trailer lines.");
    }
}
