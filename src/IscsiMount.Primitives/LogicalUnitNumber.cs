using System.Buffers.Binary;
using System.Globalization;

namespace IscsiMount.Primitives;

// Logical unit number of a single level, SAM-5 LUN structures
//
//        0               1               2               3               4 to 7
//      +---------------+---------------+---------------+---------------+---------------+
//    0 | 00  bus = 0   | index         | 0                                             |   peripheral, 0 to 255
//      +---------------+---------------+---------------+---------------+---------------+
//    0 | 01  index                     | 0                                             |   flat, 0 to 16383
//      +---------------+---------------+---------------+---------------+---------------+
//    0 | 11 01 0010    | index                                         | 0             |   extended flat, 24 bits
//      +---------------+---------------+---------------+---------------+---------------+
//    0 | 11 00 0001    | number        | 0                                             |   well known
//      +---------------+---------------+---------------+---------------+---------------+

/// <summary>Names a logical unit of a target: eight bytes that are carried as the target gave them.</summary>
/// <remarks>
/// Equality is that of the bytes. Two forms of the same index are different numbers, because a target that reports one
/// need not understand the other.
/// </remarks>
/// <param name="Value">The eight bytes on the wire as a number, the first one highest.</param>
public readonly record struct LogicalUnitNumber(ulong Value)
{
    public const int Length = 8;

    /// <summary>The largest index that has a form.</summary>
    public const int IndexMax = 0xFF_FFFF;

    private const int PeripheralIndexMax = 0xFF;
    private const int FlatIndexMax = 0x3FFF;
    private const byte ExtendedFlat = 0xD2;
    private const byte WellKnown = 0xC1;

    /// <summary>The well known logical unit that answers REPORT LUNS even if there is no other unit.</summary>
    public static LogicalUnitNumber WellKnownReportLuns => new(0xC101_0000_0000_0000);

    public bool IsWellKnown => Value >> 56 == WellKnown;

    /// <summary>The shortest form of an index: what users call LUN 0, LUN 1 and so on.</summary>
    public static LogicalUnitNumber FromIndex(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, IndexMax);

        ulong number = (ulong)index;
        return index switch
        {
            <= PeripheralIndexMax => new(number << 48),
            <= FlatIndexMax => new((0x4000 | number) << 48),
            _ => new(((ulong)ExtendedFlat << 56) | (number << 32)),
        };
    }

    public static LogicalUnitNumber Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(source));

    /// <summary>The index of a single-level number in any of its forms. Other numbers have none.</summary>
    public bool TryGetIndex(out int index)
    {
        int first = (int)(Value >> 56);
        (index, ulong rest) = (first >> 6) switch
        {
            0 => ((int)(Value >> 48), Value << 16),
            1 => ((int)(Value >> 48) & FlatIndexMax, Value << 16),
            _ => ((int)((Value >> 32) & IndexMax), Value << 32),
        };

        // A bus number, further levels or another method: such a number means something to its target only.
        return rest == 0 && (first == 0 || first >> 6 == 1 || first == ExtendedFlat);
    }

    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt64BigEndian(destination, Value);

    /// <summary>As users know it: <c>0</c>, <c>300</c>, and the sixteen digits of a number that has no index.</summary>
    public override string ToString() =>
        TryGetIndex(out int index) ? index.ToString(CultureInfo.InvariantCulture) : $"0x{Value:X16}";
}
