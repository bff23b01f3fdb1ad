using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using IscsiMount.Control.Http;
using IscsiMount.Control.Reports;
using IscsiMount.Control.Requests;

namespace IscsiMount.Control;

/// <summary>Speaks with the agent: one connection for each request, and each request is sent once.</summary>
/// <remarks>
/// It has its own HTTP/1.1, since <c>HttpClient</c> repeats a request by itself when the connection ends before the
/// answer (docs/adr/0008). Whether a request that got no answer was carried out is not known here; whoever asks again
/// uses the same <see cref="OperationId"/>.
/// </remarks>
public sealed class ControlClient(ControlConnector connect)
{
    public Task<Document> GetStateAsync(CancellationToken cancellationToken)
    {
        return ExchangeAsync("GET", ControlRoutes.State, null, [], cancellationToken);
    }

    public Task<Document> DiscoverAsync(
        DiscoverRequest request, OperationId operation, CancellationToken cancellationToken)
    {
        return PostAsync(
            ControlRoutes.Discover, request, ControlJson.Default.DiscoverRequest, operation, cancellationToken);
    }

    public Task<Document> LoginAsync(LoginRequest request, OperationId operation, CancellationToken cancellationToken)
    {
        return PostAsync(ControlRoutes.Login, request, ControlJson.Default.LoginRequest, operation, cancellationToken);
    }

    public Task<Document> LogoutAsync(LogoutRequest request, OperationId operation, CancellationToken cancellationToken)
    {
        return PostAsync(
            ControlRoutes.Logout, request, ControlJson.Default.LogoutRequest, operation, cancellationToken);
    }

    public Task<Document> MountAsync(MountRequest request, OperationId operation, CancellationToken cancellationToken)
    {
        return PostAsync(ControlRoutes.Mount, request, ControlJson.Default.MountRequest, operation, cancellationToken);
    }

    public Task<Document> UnmountAsync(
        UnmountRequest request, OperationId operation, CancellationToken cancellationToken)
    {
        return PostAsync(
            ControlRoutes.Unmount, request, ControlJson.Default.UnmountRequest, operation, cancellationToken);
    }

    /// <summary>Ends when the agent has begun to stop; it is gone when its lock can be taken.</summary>
    public Task<Document> StopAsync(OperationId operation, CancellationToken cancellationToken)
    {
        return ExchangeAsync("POST", ControlRoutes.Stop, operation, [], cancellationToken);
    }

    private Task<Document> PostAsync<TRequest>(
        string route, TRequest request, JsonTypeInfo<TRequest> form, OperationId operation,
        CancellationToken cancellationToken)
    {
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(request, form);
        return ExchangeAsync("POST", route, operation, content, cancellationToken);
    }

    private async Task<Document> ExchangeAsync(
        string method, string route, OperationId? operation, byte[] content, CancellationToken cancellationToken)
    {
        byte[] request = HttpRequestWriter.Write(method, route, operation, content);
        await using Stream stream = await connect(cancellationToken);
        try
        {
            await SendAsync(stream, request, cancellationToken);

            // There may be a secret in it, and it is not sent again.
            CryptographicOperations.ZeroMemory(request);
            CryptographicOperations.ZeroMemory(content);
            return Understand(await new HttpResponseReader(stream).ReadAsync(cancellationToken));
        }
        catch (HttpConnectionClosedException closed)
        {
            throw new ControlException(
                Problem.Of(
                    ErrorCode.AgentWentAway,
                    "The agent ended before it answered.",
                    hint: "Run 'iscsimount status' to see what was done, and 'iscsimount agent status' for its log."),
                closed);
        }
        catch (HttpMalformedException malformed)
        {
            throw NotUnderstood(malformed);
        }
        catch (JsonException malformed)
        {
            throw NotUnderstood(malformed);
        }
    }

    private static ControlException NotUnderstood(Exception malformed)
    {
        var problem = Problem.Of(
            ErrorCode.AgentAnswerMalformed,
            "The agent's answer cannot be understood.",
            malformed.Message,
            "If iscsimount was updated, run 'iscsimount agent stop': the next command starts the new agent.");
        return new ControlException(problem, malformed);
    }

    private static async Task SendAsync(Stream stream, byte[] request, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(request, cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
        catch (IOException)
        {
            // The agent may refuse a request without reading all of it. Its answer is then there to be read, and if
            // there is none, reading tells.
        }
    }

    private static Document Understand(HttpResponse response)
    {
        if (response.IsSuccess)
        {
            return JsonSerializer.Deserialize(response.Content, ControlJson.Default.Document)
                is { Schema: Document.CurrentSchema } document
                ? document
                : throw new JsonException($"The answer is not of the schema {Document.CurrentSchema}.");
        }

        ProblemDocument? problem = JsonSerializer.Deserialize(response.Content, ControlJson.Default.ProblemDocument);
        throw new ControlException(
            problem?.ToProblem()
                ?? throw new JsonException($"The answer is an empty error of status {response.Status}."));
    }
}
