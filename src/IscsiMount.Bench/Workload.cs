using IscsiMount.Block;

namespace IscsiMount.Bench;

/// <summary>
/// Keeps a device busy and measures how fast it is. Writing destroys what is on the device; asking whether that is
/// meant is the caller's part.
/// </summary>
/// <param name="time">The clock that durations are measured with.</param>
/// <param name="chance">Chooses the places of random patterns and what is written.</param>
/// <param name="use">What this process has used so far; <see cref="ProcessUse.Now"/> outside of tests.</param>
public sealed class Workload(TimeProvider time, Random chance, Func<ProcessUse> use)
{
    /// <summary>What is wrong with a plan for a device, each as a sentence. Nothing means that it can be run.</summary>
    public static IEnumerable<string> Problems(WorkloadPlan plan, IBlockDevice device)
    {
        long deviceSize = (long)device.BlockCount * device.BlockLength;
        if (plan.OperationLength <= 0 || plan.OperationLength % device.BlockLength != 0)
        {
            yield return $"Operations of {plan.OperationLength} bytes do not consist of blocks of "
                + $"{device.BlockLength} bytes.";
        }

        if (plan.SizeBytes > deviceSize)
        {
            yield return $"{plan.SizeBytes} bytes are to be used, and there are {deviceSize}.";
        }

        if (plan.SizeBytes < plan.OperationLength)
        {
            yield return $"Operations of {plan.OperationLength} bytes do not fit into {plan.SizeBytes} bytes.";
        }

        if (plan.IsWrite && device.Traits.IsReadOnly)
        {
            yield return "It is write protected.";
        }
    }

    /// <summary>Runs the plan on all paths at once, and makes durable what it wrote.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="paths">The same device, one view of it for each connection.</param>
    /// <param name="cancellationToken">Ends the run early, without a result. What is under way ends first.</param>
    /// <exception cref="ArgumentException">The plan does not fit the device.</exception>
    /// <exception cref="OperationCanceledException">The run was ended early.</exception>
    public async Task<WorkloadResult> RunAsync(
        WorkloadPlan plan, IReadOnlyList<IBlockDevice> paths, CancellationToken cancellationToken)
    {
        ThrowIfUnusable(plan, paths);
        WorkloadLane[] lanes = LanesOf(plan, paths);
        var window = new WorkloadWindow();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task running = Task.WhenAll(lanes.Select(lane => RunLaneAsync(lane, window, ending)));
        (TimeSpan elapsed, ProcessUse used) = await MeasureAsync(plan, window, ending.Token);
        await running;
        cancellationToken.ThrowIfCancellationRequested();
        if (plan.IsWrite)
        {
            await paths[0].FlushAsync(cancellationToken);
        }

        return Summarize(plan, lanes, elapsed, used);
    }

    private static void ThrowIfUnusable(WorkloadPlan plan, IReadOnlyList<IBlockDevice> paths)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(plan.Depth, nameof(plan));
        string[] problems = [.. paths.SelectMany(path => Problems(plan, path)).Distinct()];
        if (problems.Length > 0)
        {
            throw new ArgumentException(string.Join(" ", problems), nameof(plan));
        }
    }

    private WorkloadLane[] LanesOf(WorkloadPlan plan, IReadOnlyList<IBlockDevice> paths)
    {
        var places = new PlaceFinder(plan, paths[0].BlockLength);
        return
        [
            .. paths.SelectMany(path => Enumerable.Repeat(path, plan.Depth))
                .Select(path => new WorkloadLane(plan, path, places, new Random(chance.Next()))),
        ];
    }

    private async Task RunLaneAsync(WorkloadLane lane, WorkloadWindow window, CancellationTokenSource ending)
    {
        try
        {
            await lane.RunAsync(window, time);
        }
        catch
        {
            // The others have nothing left to measure.
            EndEarly(ending);
            throw;
        }
    }

    private static void EndEarly(CancellationTokenSource ending) => ending.Cancel();

    private async Task<(TimeSpan Elapsed, ProcessUse Used)> MeasureAsync(
        WorkloadPlan plan, WorkloadWindow window, CancellationToken ending)
    {
        try
        {
            await Task.Delay(plan.WarmUp, time, ending);
            ProcessUse before = use();
            long start = time.GetTimestamp();
            window.Open(start);
            await Task.Delay(plan.Duration, time, ending);
            ProcessUse after = use();
            long end = time.GetTimestamp();
            window.Close(end);
            return (time.GetElapsedTime(start, end), after - before);
        }
        catch (OperationCanceledException)
        {
            // Whoever ended the run early tells why: a lane with its fault, the caller with its token.
            window.Close(time.GetTimestamp());
            return default;
        }
    }

    private WorkloadResult Summarize(WorkloadPlan plan, WorkloadLane[] lanes, TimeSpan elapsed, ProcessUse used)
    {
        var all = new LatencyHistogram();
        foreach (WorkloadLane lane in lanes)
        {
            all.Add(lane.Latencies);
        }

        return new WorkloadResult
        {
            Elapsed = elapsed,
            Operations = all.Count,
            BytesMoved = all.Count * plan.OperationLength,
            Used = used,
            Latency = new LatencySummary
            {
                Median = DurationOf(all.AtShare(0.5)),
                Percentile90 = DurationOf(all.AtShare(0.9)),
                Percentile99 = DurationOf(all.AtShare(0.99)),
                Percentile999 = DurationOf(all.AtShare(0.999)),
                Longest = DurationOf(all.Longest),
            },
        };
    }

    private TimeSpan DurationOf(long timestamps) => time.GetElapsedTime(0, timestamps);
}
