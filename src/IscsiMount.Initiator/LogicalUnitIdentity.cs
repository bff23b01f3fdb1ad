namespace IscsiMount.Initiator;

/// <summary>Who a logical unit is, by its own word.</summary>
public sealed record LogicalUnitIdentity
{
    public required string Vendor { get; init; }

    public required string Product { get; init; }

    public required string Revision { get; init; }

    /// <summary>Unique among the products of the vendor, if there is one.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>
    /// The name that is the same over all paths and for ever, such as <c>naa.6001405…</c>, if there is one.
    /// </summary>
    public string? Designator { get; init; }

    /// <summary>
    /// What the unit is recognised by when it comes back: never its number, and never the order of units.
    /// </summary>
    public string? PermanentName => Designator
        ?? (string.IsNullOrEmpty(SerialNumber) ? null : $"{Vendor} {Product} {SerialNumber}");
}
