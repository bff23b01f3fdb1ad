using IscsiMount.Block;
using IscsiMount.Protocol.Names;
using IscsiMount.Target.Access;

namespace IscsiMount.Target;

/// <summary>A target as its owner describes it: a name, and the units behind it.</summary>
/// <remarks>The devices stay the property of whoever made them. The server flushes them when it stops.</remarks>
public sealed record TargetDefinition
{
    /// <summary>
    /// LIMIT: the numbers that the peripheral form of an address reaches, which every initiator knows.
    /// </summary>
    public const int LunMax = 255;

    /// <summary>The iSCSI name, <c>iqn.</c>, <c>eui.</c> or <c>naa.</c> (RFC 7143 §4.2.7).</summary>
    public required IscsiName Name { get; init; }

    /// <summary>A name for people. It identifies nothing (RFC 7143 §13.6).</summary>
    public string? Alias { get; init; }

    public required IReadOnlyList<LogicalUnitDefinition> LogicalUnits { get; init; }

    /// <summary>Who may use it.</summary>
    public TargetAccess Access { get; init; } = TargetAccess.Everyone;

    /// <summary>Where it is, if its initiators are to go elsewhere.</summary>
    public TargetRedirect? MovedTo { get; init; }

    /// <summary>What is wrong with this definition, each as a sentence. Nothing means that it can be served.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (IGrouping<int, LogicalUnitDefinition> twins in LogicalUnits.GroupBy(unit => unit.Lun))
        {
            if (twins.Count() > 1)
            {
                yield return $"Target {Name} has {twins.Count()} units with the number {twins.Key}.";
            }
        }

        foreach (string problem in LogicalUnits.SelectMany(unit => unit.Problems()).Concat(Access.Problems()))
        {
            yield return $"Target {Name}: {problem}";
        }
    }
}

/// <summary>One logical unit of a target: a disk, and how it presents itself.</summary>
public sealed record LogicalUnitDefinition
{
    private const int SerialLengthMax = 64;
    private const int VendorLengthMax = 8;
    private const int ProductLengthMax = 16;

    /// <summary>Its number, 0 to 255.</summary>
    public required int Lun { get; init; }

    public required IBlockDevice Device { get; init; }

    /// <summary>Whether writes are refused even if the device would take them.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>
    /// What tells this disk from all others, for as long as it lives, on whatever number and target: printable ASCII,
    /// 1 to 64 characters. The identifiers that initiators compare are derived from it.
    /// </summary>
    public required string Serial { get; init; }

    /// <summary>
    /// Bytes that what lies behind the disk writes as one piece, a power of two and at least a block. It tells
    /// initiators how to align. Nothing stands for a block.
    /// </summary>
    public int? PhysicalBlockLength { get; init; }

    /// <summary>
    /// The file that keeps persistent reservations over a restart, if initiators ask for that. Without one the unit
    /// says that it cannot.
    /// </summary>
    public string? ReservationFile { get; init; }

    /// <summary>Printable ASCII, up to 8 characters.</summary>
    public string Vendor { get; init; } = "ISCSIMNT";

    /// <summary>Printable ASCII, up to 16 characters.</summary>
    public string Product { get; init; } = "VIRTUAL-DISK";

    /// <summary>What is wrong with this definition, each as a sentence.</summary>
    public IEnumerable<string> Problems()
    {
        if (Lun is < 0 or > TargetDefinition.LunMax)
        {
            yield return $"unit number {Lun} must be 0 to {TargetDefinition.LunMax}.";
        }

        if (!IsPrintable(Serial, 1, SerialLengthMax))
        {
            yield return $"the serial of unit {Lun} must be 1 to {SerialLengthMax} printable ASCII characters.";
        }

        if (!IsPrintable(Vendor, 0, VendorLengthMax) || !IsPrintable(Product, 0, ProductLengthMax))
        {
            yield return $"vendor and product of unit {Lun} must be at most {VendorLengthMax} and {ProductLengthMax} "
                + "printable ASCII characters.";
        }

        if (PhysicalBlockLength is { } length && (!int.IsPow2(length) || length < Device.BlockLength))
        {
            yield return $"a physical block of unit {Lun} has {length} bytes and must have a power of two, at least "
                + $"the {Device.BlockLength} of a block.";
        }

        if (Device.BlockCount == 0)
        {
            yield return $"the device of unit {Lun} has no blocks.";
        }
    }

    private static bool IsPrintable(string text, int lengthMin, int lengthMax) =>
        text.Length >= lengthMin && text.Length <= lengthMax && text.All(character => character is >= ' ' and <= '~');
}
