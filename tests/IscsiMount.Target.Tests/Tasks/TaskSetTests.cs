using IscsiMount.Target.Tasks;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Tasks;

[Requirement("TGT-04")]
public sealed class TaskSetTests
{
    private readonly TaskSet<string> _set = new();
    private Queue<string>? _started;

    [Theory, Requirement("SCSI-20")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Nothing_runs_beside_an_exclusive_task(int order)
    {
        Assert.True(_set.Enter("exclusive", TaskOrder.Exclusive));

        Assert.False(_set.Enter("other", (TaskOrder)order));

        _set.Leave(TaskOrder.Exclusive, ref _started);
        Assert.Equal(["other"], _started!);
    }

    [Fact]
    public void An_exclusive_task_waits_for_all_that_run()
    {
        _set.Enter("a", TaskOrder.Simple);
        _set.Enter("b", TaskOrder.HeadOfQueue);

        Assert.False(_set.Enter("exclusive", TaskOrder.Exclusive));

        _set.Leave(TaskOrder.Simple, ref _started);
        Assert.Null(_started);
        _set.Leave(TaskOrder.HeadOfQueue, ref _started);
        Assert.Equal(["exclusive"], _started!);
    }

    [Fact]
    public void Simple_tasks_run_side_by_side()
    {
        Assert.True(_set.Enter("a", TaskOrder.Simple));
        Assert.True(_set.Enter("b", TaskOrder.Simple));
    }

    [Fact]
    public void An_ordered_task_waits_for_all_older_ones()
    {
        _set.Enter("a", TaskOrder.Simple);
        _set.Enter("b", TaskOrder.Simple);

        Assert.False(_set.Enter("ordered", TaskOrder.Ordered));

        _set.Leave(TaskOrder.Simple, ref _started);
        Assert.Null(_started);
        _set.Leave(TaskOrder.Simple, ref _started);
        Assert.Equal(["ordered"], _started!);
    }

    [Fact]
    public void A_simple_task_does_not_pass_an_older_ordered_one()
    {
        _set.Enter("a", TaskOrder.Simple);
        _set.Enter("ordered", TaskOrder.Ordered);
        Assert.False(_set.Enter("b", TaskOrder.Simple));
        Assert.False(_set.Enter("c", TaskOrder.Simple));

        _set.Leave(TaskOrder.Simple, ref _started);
        Assert.Equal(["ordered"], _started!);
        _set.Leave(TaskOrder.Ordered, ref _started);

        Assert.Equal(["ordered", "b", "c"], _started!);
    }

    [Fact]
    public void The_head_of_the_queue_starts_at_once_and_holds_back_later_ones()
    {
        _set.Enter("a", TaskOrder.Simple);
        _set.Enter("ordered", TaskOrder.Ordered);

        Assert.True(_set.Enter("head", TaskOrder.HeadOfQueue));
        Assert.False(_set.Enter("b", TaskOrder.Simple));

        _set.Leave(TaskOrder.Simple, ref _started);
        Assert.Null(_started);
        _set.Leave(TaskOrder.HeadOfQueue, ref _started);
        Assert.Equal(["ordered"], _started!);
    }

    [Fact]
    public void A_waiting_task_that_is_withdrawn_lets_those_behind_it_pass()
    {
        _set.Enter("a", TaskOrder.Simple);
        _set.Enter("ordered", TaskOrder.Ordered);
        _set.Enter("b", TaskOrder.Simple);

        Assert.True(_set.Withdraw("ordered", ref _started));

        Assert.Equal(["b"], _started!);
        Assert.False(_set.Withdraw("ordered", ref _started));
    }
}
