using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Sense;

/// <summary>The two ways to write sense data. A unit uses the one that its control mode page selects.</summary>
public enum SenseFormat
{
    Fixed,
    Descriptor,
}

/// <summary>Why a command did not end well, or what a unit has to tell.</summary>
public readonly record struct SenseData
{
    /// <summary>Sense data never has more bytes than these.</summary>
    public const int LengthMax = 252;

    internal const string Source = "SPC-4 sense data";

    private const byte CurrentFixed = 0x70;
    private const byte DeferredFixed = 0x71;
    private const byte CurrentDescriptor = 0x72;
    private const byte DeferredDescriptor = 0x73;
    private const byte VendorSpecific = 0x7F;

    public required SenseKey Key { get; init; }

    public required AdditionalSense Additional { get; init; }

    /// <summary>Whether it tells of an earlier command, which was already reported as good.</summary>
    public bool IsDeferred { get; init; }

    /// <summary>For most errors the first block concerned. More than 32 bits need the descriptor format.</summary>
    public ulong? Information { get; init; }

    public ulong? CommandSpecificInformation { get; init; }

    public SenseKeySpecific? KeySpecific { get; init; }

    /// <summary>A part that can be replaced, by the vendor's number, or zero.</summary>
    public byte FieldReplaceableUnit { get; init; }

    public bool IsLengthIncorrect { get; init; }

    /// <summary>Whether the unit had more to say than there was room.</summary>
    public bool IsOverflown { get; init; }

    public static SenseData IllegalRequest(AdditionalSense additional)
    {
        return new() { Key = SenseKey.IllegalRequest, Additional = additional };
    }

    public static SenseData InvalidFieldInCdb(CdbField field)
    {
        return IllegalRequest(AdditionalSense.InvalidFieldInCdb) with
        {
            KeySpecific = SenseKeySpecific.PointingAtCdb(field),
        };
    }

    public static SenseData InvalidFieldInParameterList(CdbField field)
    {
        return IllegalRequest(AdditionalSense.InvalidFieldInParameterList) with
        {
            KeySpecific = SenseKeySpecific.PointingAtParameters(field),
        };
    }

    public static SenseData UnitAttention(AdditionalSense additional)
    {
        return new() { Key = SenseKey.UnitAttention, Additional = additional };
    }

    /// <summary>Reads sense data that may be cut anywhere behind its key.</summary>
    /// <exception cref="ProtocolViolationException">It is not sense data.</exception>
    public static SenseData Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(!source.IsEmpty, Source, "sense data is empty");

        int code = source[0] & 0x7F;
        SenseData sense = code switch
        {
            CurrentFixed or DeferredFixed => FixedSense.Read(source),
            CurrentDescriptor or DeferredDescriptor => DescriptorSense.Read(source),
            VendorSpecific => new() { Key = SenseKey.VendorSpecific, Additional = AdditionalSense.None },
            _ => throw new ProtocolViolationException(Source, $"the response code is {code:X2}h"),
        };

        return sense with { IsDeferred = code is DeferredFixed or DeferredDescriptor };
    }

    /// <summary>Writes to the front of <paramref name="destination"/>, which has room for 252 bytes.</summary>
    /// <returns>How many bytes were written.</returns>
    public int Write(Span<byte> destination, SenseFormat format)
    {
        Invariant.Holds(destination.Length >= LengthMax);

        destination.Clear();
        switch (format)
        {
            case SenseFormat.Fixed:
                destination[0] = IsDeferred ? DeferredFixed : CurrentFixed;
                return FixedSense.Write(this, destination);
            case SenseFormat.Descriptor:
                destination[0] = IsDeferred ? DeferredDescriptor : CurrentDescriptor;
                return DescriptorSense.Write(this, destination);
            default:
                throw new ArgumentOutOfRangeException(nameof(format));
        }
    }

    public override string ToString() => $"{Key}: {Additional}";
}
