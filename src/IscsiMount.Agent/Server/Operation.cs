using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using IscsiMount.Control;
using IscsiMount.Control.Reports;

namespace IscsiMount.Agent.Server;

/// <summary>One thing that the agent does when it is asked.</summary>
/// <param name="content">The request as JSON, or nothing.</param>
/// <param name="callerGone">Cancelled when whoever asked has gone.</param>
internal delegate Task<Document> Operation(ReadOnlyMemory<byte> content, CancellationToken callerGone);

/// <summary>Makes operations from methods that take a message.</summary>
internal static class Operations
{
    public static Operation Of<TRequest>(
        JsonTypeInfo<TRequest> form, Func<TRequest, CancellationToken, Task<Document>> method)
        where TRequest : class
    {
        return (content, callerGone) => method(Read(content.Span, form), callerGone);
    }

    private static TRequest Read<TRequest>(ReadOnlySpan<byte> content, JsonTypeInfo<TRequest> form)
        where TRequest : class
    {
        try
        {
            return JsonSerializer.Deserialize(content, form) ?? throw new JsonException("It is null.");
        }
        catch (JsonException malformed)
        {
            var problem = Problem.Of(ErrorCode.WrongUsage, "The request is not of this API.", malformed.Message);
            throw new ControlException(problem, malformed);
        }
    }
}
