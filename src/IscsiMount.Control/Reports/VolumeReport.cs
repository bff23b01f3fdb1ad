namespace IscsiMount.Control.Reports;

/// <summary>A partition, or a logical unit without partitions, with what was found there.</summary>
public sealed record VolumeReport
{
    /// <summary>The format of what nobody recognised.</summary>
    public const string Unknown = "unknown";

    /// <summary><c>SESSION/LUN/PARTITION</c>; the partition is 0 where there is no table.</summary>
    public required string Id { get; init; }

    public required int Session { get; init; }

    public required ulong Lun { get; init; }

    public required int Partition { get; init; }

    public required string Target { get; init; }

    /// <summary>The name that outlives the session.</summary>
    public required string Url { get; init; }

    /// <summary>The short name of the format, such as <c>ntfs</c>, or <see cref="Unknown"/>.</summary>
    public required string FileSystem { get; init; }

    public required string Label { get; init; }

    /// <summary>In hexadecimal, as the format writes it.</summary>
    public string? SerialNumber { get; init; }

    public required long OffsetBytes { get; init; }

    public required long SizeBytes { get; init; }

    public string? MountPoint { get; init; }

    /// <summary>Why it cannot be opened.</summary>
    public string? Damage { get; init; }
}
