namespace IscsiMount.Mounting.Fuse.Requests;

/// <summary>How many requests of each kind came since the mount was made. Safe for any thread.</summary>
internal sealed class RequestCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<RequestKind>().Length];

    public long Total => _counts.Sum();

    public long this[RequestKind kind] => Interlocked.Read(ref _counts[(int)kind]);

    public void Add(RequestKind kind) => Interlocked.Increment(ref _counts[(int)kind]);
}
