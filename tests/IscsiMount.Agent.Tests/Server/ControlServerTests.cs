using System.Net.Sockets;
using System.Text;
using IscsiMount.Agent.Server;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.Control.Requests;
using IscsiMount.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace IscsiMount.Agent.Tests.Server;

/// <summary>The real server on a real socket, with operations of the test's own behind it.</summary>
public sealed class ControlServerTests : IAsyncLifetime
{
    private static readonly UnmountRequest Request = new()
    {
        Volume = new VolumeSelector { Id = "1/0/0" },
        TimeoutSeconds = 1,
    };

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, Operation> _routes = [];
    private readonly ControlServer _server;
    private readonly AgentPaths _paths;
    private readonly ControlClient _client;
    private int _runs;

    public ControlServerTests()
    {
        _paths = AgentPaths.From(name => name == "ISCSIMOUNT_HOME" ? _folder.Path : null, "/");
        RunFolder.Prepare(_paths);
        var dispatcher = new Dispatcher(_routes, NullLogger.Instance);
        _server = new ControlServer(_paths, dispatcher.DispatchAsync, NullLoggerFactory.Instance);
        _client = new ControlClient(ConnectAsync);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // What an agent that was killed leaves.
        File.WriteAllText(_paths.SocketPath, "stale");
        await _server.StartAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(CancellationToken.None);
        await _server.DisposeAsync();
        Assert.False(File.Exists(_paths.SocketPath));
        _folder.Dispose();
    }

    [Fact]
    public async Task A_request_reaches_its_operation_as_it_was_sent()
    {
        UnmountRequest? seen = null;
        _routes["POST /v1/unmount"] = Operations.Of(ControlJson.Default.UnmountRequest, (request, _) =>
        {
            seen = request;
            return Task.FromResult(new Document { Problems = [] });
        });

        Document answer = await _client.UnmountAsync(Request, OperationId.Create(), Token);

        Assert.Equal(Request, seen);
        Assert.Empty(answer.Problems!);
    }

    [Fact]
    public async Task A_request_that_is_sent_twice_is_carried_out_once()
    {
        _routes["POST /v1/unmount"] = CountAsync;
        var id = OperationId.Create();

        await _client.UnmountAsync(Request, id, Token);
        await _client.UnmountAsync(Request, id, Token);
        await _client.UnmountAsync(Request, OperationId.Create(), Token);

        Assert.Equal(2, _runs);
    }

    [Fact]
    public async Task A_refusal_arrives_with_all_that_it_says()
    {
        var problem = Problem.Of(ErrorCode.VolumeBusy, "Busy.", "Open files.", "--force");
        _routes["POST /v1/unmount"] = (_, _) => Task.FromException<Document>(new ControlException(problem));

        await MustFailAsync(failure => Assert.Equal(problem, failure));
    }

    [Fact]
    public async Task A_bug_stays_with_its_request()
    {
        _routes["POST /v1/unmount"] = (_, _) => throw new InvalidOperationException("a bug");
        _routes["GET /v1/state"] = CountAsync;

        await MustFailAsync(failure => Assert.Equal(ErrorCode.Unexpected, failure.Code));
        await _client.GetStateAsync(Token);

        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task An_address_that_is_none_is_told_so()
    {
        await MustFailAsync(failure => Assert.Equal(ErrorCode.UnknownRoute, failure.Code));
    }

    [Theory]
    [InlineData("Content-Length: 2\r\n\r\n{}", " 400 ")]
    [InlineData("Operation-Id: x\r\nContent-Length: 2\r\n\r\n{}", " 400 ")]
    [InlineData("Operation-Id: 00000000000000000000000000000001\r\nContent-Length: 3\r\n\r\n{x}", " 400 ")]
    [InlineData("Operation-Id: 00000000000000000000000000000001\r\nContent-Length: 4\r\n\r\nnull", " 400 ")]
    [InlineData("Operation-Id: 00000000000000000000000000000001\r\nContent-Length: 99999999\r\n\r\n", " 400 ")]
    public async Task What_is_no_request_of_this_api_is_refused(string rest, string status)
    {
        _routes["POST /v1/unmount"] = Operations.Of(
            ControlJson.Default.UnmountRequest, (_, _) => CountAsync(default, default));
        await using Stream stream = await ConnectAsync(Token);

        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/unmount HTTP/1.1\r\nHost: x\r\n{rest}"), Token);

        byte[] answer = new byte[20];
        await stream.ReadExactlyAsync(answer, Token);
        Assert.Contains(status, Encoding.ASCII.GetString(answer), StringComparison.Ordinal);
        Assert.Equal(0, _runs);
    }

    private async Task MustFailAsync(Action<Problem> check)
    {
        var failure = await Assert.ThrowsAsync<ControlException>(
            () => _client.UnmountAsync(Request, OperationId.Create(), Token));
        check(failure.Problem);
    }

    private Task<Document> CountAsync(ReadOnlyMemory<byte> content, CancellationToken callerGone)
    {
        _runs++;
        return Task.FromResult(new Document());
    }

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_paths.SocketPath), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
