namespace IscsiMount.Control.Requests;

/// <summary>Names one volume: by its id, by where it is mounted, or by where it lies.</summary>
public sealed record VolumeSelector
{
    /// <summary>
    /// <c>SESSION/LUN/PARTITION</c>, such as <c>1/0/2</c>; the partition is 0 where there is no table.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>An absolute path.</summary>
    public string? MountPoint { get; init; }

    public string? Target { get; init; }

    public ulong? Lun { get; init; }

    public int? Partition { get; init; }

    public override string ToString()
    {
        if ((Id ?? MountPoint) is { } name)
        {
            return name;
        }

        string lun = Lun is null ? "" : $"/{Lun}";
        return Partition is null ? $"{Target}{lun}" : $"{Target}{lun}/{Partition}";
    }
}
