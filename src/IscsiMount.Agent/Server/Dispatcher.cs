using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Agent.Server;

/// <summary>Finds out what a request wants, has it done, and writes the answer or the problem.</summary>
internal sealed class Dispatcher(IReadOnlyDictionary<string, Operation> routes, ILogger logger)
{
    private readonly OperationTable _operations = new();

    /// <summary>The boundary of the control server: whatever happens to one request stays with it.</summary>
    public async Task DispatchAsync(HttpContext context)
    {
        string route = context.Request.Path.Value ?? "";
        try
        {
            Document document = await AnswerAsync(context, route);
            await WriteAsync(context, 200, "application/json", document, ControlJson.Default.Document);
        }
        catch (ControlException refused)
        {
            Problem problem = refused.Problem;
            logger.RequestRefused(route, (int)problem.Code, problem.Message, problem.Reason);
            await WriteProblemAsync(context, problem);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            logger.RequestGivenUp(route);
        }
        catch (Exception bug)
        {
            // Boundary: one request that met a bug must not take away the mounts of all others.
            logger.RequestMetBug(bug, context.Request.Method, route);
            await WriteProblemAsync(context, Problem.Of(
                ErrorCode.Unexpected,
                "The agent met something that it was not made for.",
                bug.Message,
                "Its log has the details: 'iscsimount agent status' shows where."));
        }
    }

    private async Task<Document> AnswerAsync(HttpContext context, string route)
    {
        if (!routes.TryGetValue($"{context.Request.Method} {route}", out Operation? operation))
        {
            throw new ControlException(ErrorCode.UnknownRoute, $"The agent has no {context.Request.Method} {route}.");
        }

        if (HttpMethods.IsGet(context.Request.Method))
        {
            return await operation(default, context.RequestAborted);
        }

        if (!OperationId.TryParse(context.Request.Headers[ControlRoutes.OperationHeader], out OperationId id))
        {
            throw new ControlException(
                ErrorCode.WrongUsage, $"The header {ControlRoutes.OperationHeader} is not 32 hexadecimal digits.");
        }

        byte[] content = await ReadContentAsync(context);
        try
        {
            return await _operations.RunOnceAsync(id, route, content, () => operation(content, context.RequestAborted));
        }
        finally
        {
            // There may be a secret in it.
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static async Task<byte[]> ReadContentAsync(HttpContext context)
    {
        try
        {
            // Kestrel bounds it.
            using var content = new MemoryStream();
            await context.Request.Body.CopyToAsync(content, context.RequestAborted);
            byte[] whole = content.ToArray();
            CryptographicOperations.ZeroMemory(content.GetBuffer());
            return whole;
        }
        catch (BadHttpRequestException bad)
        {
            throw new ControlException(
                Problem.Of(ErrorCode.WrongUsage, "The request cannot be read.", bad.Message), bad);
        }
    }

    private static Task WriteProblemAsync(HttpContext context, Problem problem)
    {
        var document = ProblemDocument.From(problem);
        return WriteAsync(
            context, document.Status, ControlRoutes.ProblemContentType, document, ControlJson.Default.ProblemDocument);
    }

    private static async Task WriteAsync<T>(
        HttpContext context, int status, string contentType, T value, JsonTypeInfo<T> form)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
            return;
        }

        byte[] content = JsonSerializer.SerializeToUtf8Bytes(value, form);
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }
}
