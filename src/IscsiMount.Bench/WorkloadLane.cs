using IscsiMount.Block;

namespace IscsiMount.Bench;

/// <summary>One operation after the other, with a buffer of its own. Once it runs it allocates nothing.</summary>
internal sealed class WorkloadLane
{
    private readonly WorkloadPlan _plan;
    private readonly IBlockDevice _device;
    private readonly PlaceFinder _places;
    private readonly Random _chance;
    private readonly byte[] _buffer;

    public WorkloadLane(WorkloadPlan plan, IBlockDevice device, PlaceFinder places, Random chance)
    {
        _plan = plan;
        _device = device;
        _places = places;
        _chance = chance;
        _buffer = GC.AllocateUninitializedArray<byte>(plan.OperationLength, pinned: true);

        // Zeros would be cheap for a device that keeps no zeros.
        chance.NextBytes(_buffer);
    }

    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Runs until the window closes. Operations end on the thread that received their answers.</summary>
    public async Task RunAsync(WorkloadWindow window, TimeProvider time)
    {
        // A device that completes at once would otherwise keep the other lanes from beginning.
        await Task.Yield();
        while (!window.IsClosed)
        {
            long start = time.GetTimestamp();
            await MoveAsync();
            long end = time.GetTimestamp();
            if (window.Has(end))
            {
                Latencies.Add(end - start);
            }
        }
    }

    private ValueTask MoveAsync()
    {
        BlockRange range = _plan.IsRandom ? _places.Any(_chance) : _places.Next();
        return _plan.IsWrite
            ? _device.WriteAsync(range, _buffer, CancellationToken.None)
            : _device.ReadAsync(range, _buffer, CancellationToken.None);
    }
}
