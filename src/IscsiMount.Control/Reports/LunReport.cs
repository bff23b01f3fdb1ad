namespace IscsiMount.Control.Reports;

/// <summary>A logical unit of a session.</summary>
public sealed record LunReport
{
    public required int Session { get; init; }

    public required ulong Lun { get; init; }

    public required string Target { get; init; }

    public string? Vendor { get; init; }

    public string? Product { get; init; }

    public string? SerialNumber { get; init; }

    /// <summary>Absent where the unit could not be opened.</summary>
    public int? BlockLength { get; init; }

    public ulong? BlockCount { get; init; }

    public long? SizeBytes { get; init; }

    public bool? IsWriteProtected { get; init; }

    /// <summary><c>gpt</c>, <c>mbr</c> or <c>none</c>; absent where the unit was not looked at.</summary>
    public string? PartitionTable { get; init; }

    /// <summary>Why the unit is not usable.</summary>
    public string? Reason { get; init; }
}
