using IscsiMount.Agent.Server;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using Xunit;

namespace IscsiMount.Agent.Tests.Server;

public sealed class OperationTableTests
{
    private readonly OperationTable _table = new();
    private int _runs;

    [Fact]
    public async Task An_operation_that_arrives_again_gets_the_first_answer_and_is_not_run_again()
    {
        var id = OperationId.Create();

        Document first = await _table.RunOnceAsync(id, "/v1/login", "{}"u8, RunAsync);
        Document second = await _table.RunOnceAsync(id, "/v1/login", "{}"u8, RunAsync);

        Assert.Equal(1, _runs);
        Assert.Same(first, second);
    }

    [Fact]
    public async Task An_operation_that_arrives_again_while_it_runs_joins_it()
    {
        var id = OperationId.Create();
        var end = new TaskCompletionSource<Document>();
        Task<Document> first = _table.RunOnceAsync(id, "/v1/login", "{}"u8, () => end.Task);

        Task<Document> second = _table.RunOnceAsync(id, "/v1/login", "{}"u8, RunAsync);

        Assert.False(second.IsCompleted);
        end.SetResult(new Document());
        Assert.Same(await first, await second);
        Assert.Equal(0, _runs);
    }

    [Fact]
    public async Task A_failure_is_an_answer_too_and_is_not_tried_again()
    {
        var id = OperationId.Create();
        async Task<Document> FailAsync()
        {
            _runs++;
            await Task.Yield();
            throw new ControlException(ErrorCode.NoVolume, "None.");
        }

        await Assert.ThrowsAsync<ControlException>(() => _table.RunOnceAsync(id, "/v1/login", "{}"u8, FailAsync));
        await Assert.ThrowsAsync<ControlException>(() => _table.RunOnceAsync(id, "/v1/login", "{}"u8, FailAsync));

        Assert.Equal(1, _runs);
    }

    [Theory]
    [InlineData("/v1/logout", "{}")]
    [InlineData("/v1/login", "{ }")]
    public async Task An_id_that_is_used_for_another_request_is_refused(string route, string content)
    {
        var id = OperationId.Create();
        await _table.RunOnceAsync(id, "/v1/login", "{}"u8, RunAsync);

        var refusal = await Assert.ThrowsAsync<ControlException>(
            () => _table.RunOnceAsync(id, route, System.Text.Encoding.UTF8.GetBytes(content), RunAsync));

        Assert.Equal(ErrorCode.OperationIdReused, refusal.Problem.Code);
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task The_oldest_that_has_ended_makes_room_and_those_under_way_stay()
    {
        var underWay = OperationId.Create();
        var end = new TaskCompletionSource<Document>();
        Task<Document> first = _table.RunOnceAsync(underWay, "/v1/login", "{}"u8, () => end.Task);

        for (int i = 0; i < 2 * OperationTable.EntriesMax; i++)
        {
            await _table.RunOnceAsync(OperationId.Create(), "/v1/mount", "{}"u8, RunAsync);
        }

        Assert.Same(first, _table.RunOnceAsync(underWay, "/v1/login", "{}"u8, RunAsync));
        Assert.Equal(2 * OperationTable.EntriesMax, _runs);
    }

    [Fact]
    public async Task Where_all_are_under_way_another_one_is_refused()
    {
        var end = new TaskCompletionSource<Document>();
        for (int i = 0; i < OperationTable.EntriesMax; i++)
        {
            _ = _table.RunOnceAsync(OperationId.Create(), "/v1/login", "{}"u8, () => end.Task);
        }

        await Assert.ThrowsAsync<ControlException>(
            () => _table.RunOnceAsync(OperationId.Create(), "/v1/login", "{}"u8, RunAsync));

        Assert.Equal(0, _runs);
    }

    private Task<Document> RunAsync()
    {
        _runs++;
        return Task.FromResult(new Document());
    }
}
