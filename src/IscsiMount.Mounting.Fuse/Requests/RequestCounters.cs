namespace IscsiMount.Mounting.Fuse.Requests;

/// <summary>How many requests of each kind came since the mount was made. Safe for any thread.</summary>
internal sealed class RequestCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<RequestKind>().Length];

    private long _signals;

    public long Total => _counts.Sum();

    public long this[RequestKind kind] => Interlocked.Read(ref _counts[(int)kind]);

    /// <summary>How many of the requests saw a signal come to their clients.</summary>
    public long Signals => Interlocked.Read(ref _signals);

    public void AddSignal() => Interlocked.Increment(ref _signals);

    public void Add(RequestKind kind) => Interlocked.Increment(ref _counts[(int)kind]);
}
