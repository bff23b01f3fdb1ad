using System.Text;
using IscsiMount.Control.Reports;
using IscsiMount.Control.Requests;
using Xunit;

namespace IscsiMount.Control.Tests;

public sealed class ControlClientTests
{
    private const string EmptyDocument = """{"schema":"iscsimount/1"}""";

    private static readonly LogoutRequest Logout = new() { All = true, TimeoutSeconds = 30 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_that_changes_something_carries_its_operation_id_and_its_content()
    {
        await using var agent = new FakeAgent(Answer(EmptyDocument));
        var operation = OperationId.Create();

        await agent.Client.LogoutAsync(Logout, operation, Token);

        string request = Assert.Single(agent.Requests);
        Assert.StartsWith("POST /v1/logout HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains($"\r\nOperation-Id: {operation}\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith(
            "\r\n\r\n{\"all\":true,\"force\":false,\"timeoutSeconds\":30}", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_sent_once_although_the_agent_dies_on_it()
    {
        await using var agent = new FakeAgent([]);

        var failure = await Assert.ThrowsAsync<ControlException>(
            () => agent.Client.LogoutAsync(Logout, OperationId.Create(), Token));

        Assert.Equal(ErrorCode.AgentWentAway, failure.Problem.Code);
        Assert.Single(agent.Requests);
    }

    [Fact]
    public async Task A_question_is_asked_once_although_the_agent_dies_on_it()
    {
        await using var agent = new FakeAgent([]);

        var failure = await Assert.ThrowsAsync<ControlException>(() => agent.Client.GetStateAsync(Token));

        Assert.Equal(ErrorCode.AgentWentAway, failure.Problem.Code);
        Assert.Single(agent.Requests);
    }

    [Fact]
    public async Task An_answer_that_is_cut_off_is_told_as_a_lost_agent()
    {
        await using var agent = new FakeAgent(
            Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"));

        var failure = await Assert.ThrowsAsync<ControlException>(() => agent.Client.GetStateAsync(Token));

        Assert.Equal(ErrorCode.AgentWentAway, failure.Problem.Code);
    }

    [Fact]
    public async Task A_problem_document_becomes_the_problem_that_the_agent_meant()
    {
        var problem = Problem.Of(ErrorCode.TargetNotFound, "There is no such target.", "why", "what next");
        problem = problem with { Subject = "iqn.x" };
        string content = System.Text.Json.JsonSerializer.Serialize(
            ProblemDocument.From(problem), ControlJson.Default.ProblemDocument);
        await using var agent = new FakeAgent(Answer(content, "404 Not Found"));

        var failure = await Assert.ThrowsAsync<ControlException>(() => agent.Client.GetStateAsync(Token));

        Assert.Equal(problem, failure.Problem);
    }

    [Theory]
    [InlineData("""{"schema":"iscsimount/2"}""")]
    [InlineData("""{"schema":7}""")]
    [InlineData("null")]
    [InlineData("<html>")]
    public async Task What_is_not_our_document_is_refused(string content)
    {
        await using var agent = new FakeAgent(Answer(content));

        var failure = await Assert.ThrowsAsync<ControlException>(() => agent.Client.GetStateAsync(Token));

        Assert.Equal(ErrorCode.AgentAnswerMalformed, failure.Problem.Code);
    }

    [Fact]
    public async Task A_document_in_chunks_is_put_together()
    {
        await using var agent = new FakeAgent(Encoding.ASCII.GetBytes(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
            "a;name=value\r\n{\"schema\":\r\nF\r\n\"iscsimount/1\"}\r\n0\r\nTrailer: x\r\n\r\n"));

        Document document = await agent.Client.GetStateAsync(Token);

        Assert.Equal(Document.CurrentSchema, document.Schema);
    }

    private static byte[] Answer(string content, string status = "200 OK")
    {
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {content.Length}\r\n\r\n{content}");
    }
}
