namespace IscsiMount.Control.Reports;

/// <summary>How fast a logical unit was under one load.</summary>
public sealed record BenchReport
{
    /// <summary><c>read</c>, <c>write</c>, <c>randread</c> or <c>randwrite</c>.</summary>
    public required string Pattern { get; init; }

    /// <summary>Bytes of one operation.</summary>
    public required int BlockSize { get; init; }

    /// <summary>Operations that were under way at once on each connection.</summary>
    public required int Depth { get; init; }

    public required int Connections { get; init; }

    public required double Seconds { get; init; }

    public required long Operations { get; init; }

    public required double Iops { get; init; }

    public required double BytesPerSecond { get; init; }

    public required LatencyReport LatencyMicroseconds { get; init; }

    public required double CpuMicrosecondsPerOperation { get; init; }

    public required double AllocatedBytesPerOperation { get; init; }
}

/// <summary>How long operations took, in microseconds: this share of them was not slower.</summary>
public sealed record LatencyReport
{
    public required double P50 { get; init; }

    public required double P90 { get; init; }

    public required double P99 { get; init; }

    public required double P999 { get; init; }

    public required double Max { get; init; }
}
