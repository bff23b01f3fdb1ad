using IscsiMount.Block;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Bench.Tests;

/// <summary>In simulated time, where an operation takes exactly as long as the device says.</summary>
public sealed class WorkloadTests
{
    private const int MiB = 1024 * 1024;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(1);

    private static readonly WorkloadPlan Plan = new()
    {
        Pattern = AccessPattern.SequentialRead,
        OperationLength = 4096,
        Depth = 4,
        Duration = TimeSpan.FromSeconds(1),
        WarmUp = TimeSpan.FromMilliseconds(100),
        SizeBytes = MiB,
    };

    [Fact]
    public void Figures_are_those_of_the_time_after_the_warm_up() => World.Run(1, async world =>
    {
        IBlockDevice[] paths = [Slow(world), Slow(world)];
        var uses = new Queue<ProcessUse>(
            [new(TimeSpan.FromSeconds(5), 1000), new(TimeSpan.FromSeconds(5.5), 17_000)]);

        WorkloadResult result = await new Workload(world.Time, world.Chance, uses.Dequeue)
            .RunAsync(Plan, paths, CancellationToken.None);

        Assert.Equal((Plan.Duration, 8000, 8000 * 4096L), (result.Elapsed, result.Operations, result.BytesMoved));
        Assert.Equal((8000, 8000 * 4096), (result.OperationsPerSecond, result.BytesPerSecond));
        Assert.Equal((62.5, 2), (result.CpuMicrosecondsPerOperation, result.AllocatedBytesPerOperation));
        Assert.All(
            (TimeSpan[])[result.Latency.Median, result.Latency.Percentile999, result.Latency.Longest],
            duration => Assert.Equal(Latency, duration));
    });

    [Fact]
    public void Sequential_lanes_together_go_through_the_part_in_order_and_begin_again() => World.Run(2, async world =>
    {
        var record = new RecordingDevice(Memory());
        WorkloadPlan plan = Plan with { SizeBytes = (10 * 4096) + 512 };

        await RunAsync(world, plan, new SlowDevice(record, world.Time, Latency), CancellationToken.None);

        ulong[] expected = [.. record.Reads.Select((_, i) => (ulong)(i % 10) * 8)];
        Assert.Equal(expected.Order(), record.Reads.Select(read => read.First).Order());
        Assert.True(record.Reads.Count > 4000);
        Assert.All(record.Reads, read => Assert.Equal(8u, read.Count));
    });

    [Fact]
    public void Random_operations_stay_in_the_part_and_reach_all_of_it() => World.Run(3, async world =>
    {
        var record = new RecordingDevice(Memory());
        WorkloadPlan plan = Plan with { Pattern = AccessPattern.RandomRead, SizeBytes = 16 * 4096 };

        await RunAsync(world, plan, new SlowDevice(record, world.Time, Latency), CancellationToken.None);

        Assert.Equal(
            Enumerable.Range(0, 16).Select(i => (ulong)i * 8),
            record.Reads.Select(read => read.First).Distinct().Order());
    });

    [Theory]
    [InlineData(AccessPattern.SequentialWrite)]
    [InlineData(AccessPattern.RandomWrite)]
    public void What_was_written_is_no_zeros_and_is_flushed_at_the_end(AccessPattern pattern) =>
        World.Run(4, async world =>
        {
            var record = new RecordingDevice(Memory());

            await RunAsync(
                world,
                Plan with { Pattern = pattern },
                new SlowDevice(record, world.Time, Latency),
                CancellationToken.None);

            byte[] content = new byte[4096];
            await record.ReadAsync(record.Writes.First() with { Count = 8 }, content, CancellationToken.None);
            Assert.Equal(1, record.FlushCount);
            Assert.True(content.Distinct().Count() > 200);
        });

    [Fact]
    public void Reading_writes_nothing() => World.Run(5, async world =>
    {
        var record = new RecordingDevice(Memory());

        await RunAsync(world, Plan, new SlowDevice(record, world.Time, Latency), CancellationToken.None);

        record.MustBeUntouched();
        Assert.Equal(0, record.FlushCount);
    });

    [Fact]
    public void A_fault_ends_the_run_at_once_and_is_told() => World.Run(6, async world =>
    {
        var faulty = new FaultyDevice(Memory(), failingCall: 9);

        await Assert.ThrowsAsync<InjectedFaultException>(
            () => RunAsync(world, Plan, new SlowDevice(faulty, world.Time, Latency), CancellationToken.None));

        Assert.True(world.Time.Elapsed < Plan.WarmUp);
    });

    [Fact]
    public void A_caller_can_end_it_early() => World.Run(7, async world =>
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromMilliseconds(300), world.Time);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => RunAsync(world, Plan, Slow(world), enough.Token));

        Assert.InRange(world.Time.Elapsed, TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(302));
    });

    [Theory]
    [InlineData(100, MiB, "blocks of 512")]
    [InlineData(4096, 2 * MiB, "there are 1048576")]
    [InlineData(8192, 4096, "do not fit")]
    public void A_plan_that_does_not_fit_is_refused_with_the_reason(int operationLength, long size, string reason)
    {
        WorkloadPlan plan = Plan with { OperationLength = operationLength, SizeBytes = size };

        string problem = Assert.Single(Workload.Problems(plan, Memory()));

        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writing_to_a_protected_device_is_refused_before_anything_is_sent()
    {
        var record = new RecordingDevice(new ReadOnlyBlockDevice(Memory()));
        var workload = new Workload(new ManualTime(), new Random(1), () => default);

        await Assert.ThrowsAsync<ArgumentException>(() => workload.RunAsync(
            Plan with { Pattern = AccessPattern.RandomWrite }, [record], CancellationToken.None));

        record.MustBeUntouched();
    }

    private static MemoryBlockDevice Memory() => new(MiB / 512);

    private static SlowDevice Slow(World world) => new(Memory(), world.Time, Latency);

    private static Task<WorkloadResult> RunAsync(
        World world, WorkloadPlan plan, IBlockDevice path, CancellationToken cancellationToken) =>
        new Workload(world.Time, world.Chance, () => default).RunAsync(plan, [path], cancellationToken);
}
