using System.Text;
using IscsiMount.Control.Http;
using Xunit;

namespace IscsiMount.Control.Tests.Http;

public sealed class HttpResponseReaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("SSH-2.0-OpenSSH\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 1000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")]
    public async Task What_breaks_the_form_is_refused(string bytes)
    {
        await Assert.ThrowsAsync<HttpMalformedException>(async () => await ReadAsync(bytes));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 16777217\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n1000000\r\n")]
    public async Task A_size_beyond_the_limit_is_refused_before_anything_of_it_is_read(string bytes)
    {
        await Assert.ThrowsAsync<HttpMalformedException>(async () => await ReadAsync(bytes));
    }

    [Fact]
    public async Task A_line_without_an_end_is_refused_at_its_limit()
    {
        using var endless = new EndlessStream((byte)'x');

        await Assert.ThrowsAsync<HttpMalformedException>(
            async () => await new HttpResponseReader(endless).ReadAsync(Token));

        Assert.InRange(endless.BytesRead, 1, 16 * 1024);
    }

    [Fact]
    public async Task Header_lines_without_an_end_are_refused_at_their_limit()
    {
        string bytes = "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 65));

        await Assert.ThrowsAsync<HttpMalformedException>(async () => await ReadAsync(bytes));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task The_answer_is_the_same_in_whatever_pieces_it_comes(int pieceLength)
    {
        const string Bytes =
            "HTTP/1.1 404 Not Found\r\nX: y\r\ntransfer-encoding:chunked\r\n\r\n"
            + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        using var stream = new PiecemealStream(Encoding.ASCII.GetBytes(Bytes), pieceLength);

        HttpResponse answer = await new HttpResponseReader(stream).ReadAsync(Token);

        Assert.Equal((404, "abcde"), (answer.Status, Encoding.ASCII.GetString(answer.Content)));
    }

    [Fact]
    public async Task An_answer_may_have_no_content()
    {
        HttpResponse answer = await ReadAsync("HTTP/1.1 204 No Content\r\n\r\n");

        Assert.Equal((204, 0), (answer.Status, answer.Content.Length));
    }

    private static async Task<HttpResponse> ReadAsync(string bytes)
    {
        using var stream = new MemoryStream(Encoding.ASCII.GetBytes(bytes));
        return await new HttpResponseReader(stream).ReadAsync(Token);
    }

    private sealed class EndlessStream(byte value) : MemoryStream
    {
        public long BytesRead { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill(value);
            BytesRead += buffer.Length;
            return new(buffer.Length);
        }
    }

    private sealed class PiecemealStream(byte[] bytes, int pieceLength) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceLength)], cancellationToken);
        }
    }
}
