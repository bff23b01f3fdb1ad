using IscsiMount.Primitives;
using Xunit;

namespace IscsiMount.Testing.Tests;

public sealed class WorldTests
{
    [Theory, Seeds(20)]
    public void The_same_seed_gives_the_same_run(int seed)
    {
        Assert.Equal(OrderOfArrival(seed), OrderOfArrival(seed));
    }

    [Fact]
    public void Different_seeds_give_different_runs()
    {
        Assert.True(Enumerable.Range(0, 20).Select(OrderOfArrival).Distinct().Count() > 10);
    }

    [Fact]
    public void Hours_pass_at_once() => World.Run(0, async world =>
    {
        await Task.Delay(TimeSpan.FromHours(12), world.Time);

        Assert.Equal(TimeSpan.FromHours(12), world.Time.Elapsed);
    });

    [Fact]
    public void A_scenario_that_waits_for_nothing_fails_with_its_seed()
    {
        var never = new TaskCompletionSource();

        var fault = Assert.Throws<InvariantViolationException>(() => World.Run(42, _ => never.Task));

        Assert.Contains("Seed 42: nothing can run any more", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_that_spins_fails()
    {
        var fault = Assert.Throws<InvariantViolationException>(() => World.Run(0, async _ =>
        {
            while (true)
            {
                await Task.Yield();
            }
        }));

        Assert.Contains("a loop is spinning", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_continuation_from_another_thread_has_left_the_world_and_fails()
    {
        var fault = Assert.Throws<InvariantViolationException>(() => World.Run(0, async _ =>
        {
            var pool = new TaskCompletionSource();
            Task waiting = WaitAsync(pool.Task);
            var thread = new Thread(pool.SetResult);
            thread.Start();
            thread.Join();
            await waiting;
        }));

        Assert.Contains("Left the world:", fault.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(TaskCompletionSource.SetResult), fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_exception_of_a_scenario_is_the_exception_of_the_run()
    {
        Assert.Throws<FileNotFoundException>(() => World.Run(0, async _ =>
        {
            await Task.Yield();
            throw new FileNotFoundException();
        }));
    }

    [Fact]
    public void Settling_runs_what_is_ready_and_lets_no_time_pass() => World.Run(0, async world =>
    {
        bool isReadyDone = false;
        bool isTimedDone = false;
        Task ready = RunAsync(Task.CompletedTask, () => isReadyDone = true);
        Task timed = RunAsync(Task.Delay(TimeSpan.FromMilliseconds(1), world.Time), () => isTimedDone = true);

        world.Settle();

        Assert.Equal((true, false), (isReadyDone, isTimedDone));
        await Task.WhenAll(ready, timed);
    });

    [Fact]
    public void The_context_from_before_is_back_afterwards()
    {
        var outer = new SynchronizationContext();
        SynchronizationContext.SetSynchronizationContext(outer);

        World.Run(0, async _ => await Task.Yield());

        Assert.Same(outer, SynchronizationContext.Current);
    }

    private static string OrderOfArrival(int seed)
    {
        var order = new List<int>();
        World.Run(seed, world => Task.WhenAll(Enumerable.Range(0, 8).Select(i => RunAsync(
            Task.Delay(TimeSpan.FromSeconds(world.Chance.Next(3)), world.Time), () => order.Add(i)))));
        return string.Join(' ', order);
    }

    private static async Task WaitAsync(Task task) => await task;

    private static async Task RunAsync(Task before, Action action)
    {
        await Task.Yield();
        await before;
        action();
    }
}
