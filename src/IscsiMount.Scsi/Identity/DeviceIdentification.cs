namespace IscsiMount.Scsi.Identity;

/// <summary>Page 83h: the names of a logical unit, of its target, and of the port it was reached by.</summary>
public sealed record DeviceIdentification : VitalProductPage, IVitalProductPage<DeviceIdentification>
{
    public static VitalProductPageCode PageCode => VitalProductPageCode.DeviceIdentification;

    public required ValueList<Designator> Designators { get; init; }

    /// <summary>
    /// The name by which the unit is the same over all paths and for ever, if it has one. Never the LUN, and never a
    /// serial number alone.
    /// </summary>
    public Designator? UnitName => Designators
        .Where(designator => designator.Association == DesignatorAssociation.LogicalUnit && designator.Rank > 0)
        .MaxBy(designator => designator.Rank);

    protected override VitalProductPageCode Code => PageCode;

    protected override int ContentLength => Designators.Sum(designator => designator.WireLength);

    public static DeviceIdentification Read(ReadOnlySpan<byte> page)
    {
        ReadOnlySpan<byte> rest = ContentOf(page, PageCode);
        var designators = new List<Designator>();

        // The last one may be cut by the allocation length. Then it is no name.
        while (rest.Length >= Designator.HeaderLength && rest.Length >= Designator.HeaderLength + rest[3])
        {
            ReadOnlySpan<byte> designator = rest[..(Designator.HeaderLength + rest[3])];
            designators.Add(Designator.Read(designator));
            rest = rest[designator.Length..];
        }

        return new() { Peripheral = Peripheral.Read(page[0]), Designators = [.. designators] };
    }

    protected override void WriteContent(Span<byte> destination)
    {
        foreach (Designator designator in Designators)
        {
            designator.Write(destination[..designator.WireLength]);
            destination = destination[designator.WireLength..];
        }
    }
}
