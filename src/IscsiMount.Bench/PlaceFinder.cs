using IscsiMount.Block;

namespace IscsiMount.Bench;

/// <summary>
/// Says where the next operation is. All sequential lanes share one, so that together they go through the device once
/// and then begin again.
/// </summary>
internal sealed class PlaceFinder
{
    private readonly uint _blocksPerOperation;
    private readonly ulong _placeCount;
    private long _given = -1;

    public PlaceFinder(WorkloadPlan plan, int blockLength)
    {
        _blocksPerOperation = (uint)(plan.OperationLength / blockLength);
        _placeCount = (ulong)(plan.SizeBytes / plan.OperationLength);
    }

    public BlockRange Next() => At((ulong)Interlocked.Increment(ref _given) % _placeCount);

    public BlockRange Any(Random chance) => At((ulong)chance.NextInt64((long)_placeCount));

    private BlockRange At(ulong place) => new(place * _blocksPerOperation, _blocksPerOperation);
}
