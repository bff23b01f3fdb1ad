namespace IscsiMount.Bench;

/// <summary>What a measurement has found.</summary>
public sealed record WorkloadResult
{
    /// <summary>The time that was measured, without what went before.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Operations that ended in that time.</summary>
    public required long Operations { get; init; }

    public required long BytesMoved { get; init; }

    public required LatencySummary Latency { get; init; }

    /// <summary>What this process used in that time, all of its threads together.</summary>
    public required ProcessUse Used { get; init; }

    public double OperationsPerSecond => Operations / Elapsed.TotalSeconds;

    public double BytesPerSecond => BytesMoved / Elapsed.TotalSeconds;

    public double CpuMicrosecondsPerOperation => PerOperation(Used.CpuTime.TotalMicroseconds);

    public double AllocatedBytesPerOperation => PerOperation(Used.AllocatedBytes);

    private double PerOperation(double sum) => Operations == 0 ? 0 : sum / Operations;
}

/// <summary>How long operations took: this share of them was not slower.</summary>
public sealed record LatencySummary
{
    public required TimeSpan Median { get; init; }

    public required TimeSpan Percentile90 { get; init; }

    public required TimeSpan Percentile99 { get; init; }

    public required TimeSpan Percentile999 { get; init; }

    public required TimeSpan Longest { get; init; }
}
