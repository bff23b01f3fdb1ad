using System.Net.Sockets;
using System.Text;

namespace IscsiMount.Control.Tests;

/// <summary>Listens on a socket, reads each request and answers with the bytes that the test gives.</summary>
internal sealed class FakeAgent : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ic").FullName;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly byte[] _answer;
    private readonly Task _serving;

    public FakeAgent(byte[] answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, "s")));
        _listener.Listen();
        _serving = ServeAsync();
    }

    /// <summary>Every request that arrived, complete with its content.</summary>
    public List<string> Requests { get; } = [];

    public ControlClient Client => new(ConnectAsync);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
        Directory.Delete(_folder, recursive: true);
    }

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_folder, "s")), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using Socket connection = await _listener.AcceptAsync();
                Requests.Add(await ReadRequestAsync(connection));
                await connection.SendAsync(_answer);
            }
            catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static async Task<string> ReadRequestAsync(Socket connection)
    {
        var request = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!IsComplete(request.ToString()))
        {
            int count = await connection.ReceiveAsync(buffer);
            request.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return request.ToString();
    }

    private static bool IsComplete(string request)
    {
        int head = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (head < 0)
        {
            return false;
        }

        string? length = request[..head].Split("\r\n")
            .FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal));
        return request.Length - head - 4 >= int.Parse(length?[16..] ?? "0", provider: null);
    }
}
