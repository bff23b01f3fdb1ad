using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Unit;

// REPORT LUNS parameter data, SPC-4
//
//      0 | LUN list length: 8 bytes for each unit there is |
//      4 | reserved                                        |
//      8 | LUN                                             |
//     16 | ...                                             |

/// <summary>The logical units of a target, in the form in which it wants them addressed.</summary>
public sealed record LogicalUnitList : IScsiAnswer
{
    private const int HeaderLength = 8;
    private const int LunLength = 8;
    private const string Source = "SPC-4 REPORT LUNS";

    public required ValueList<LogicalUnitNumber> Units { get; init; }

    /// <summary>The allocation length that the whole list needs. More than was asked for means: ask again.</summary>
    public required int WholeLength { get; init; }

    public int WireLength => HeaderLength + (LunLength * Units.Count);

    public static LogicalUnitList Of(ValueList<LogicalUnitNumber> units)
    {
        return new() { Units = units, WholeLength = HeaderLength + (LunLength * units.Count) };
    }

    /// <exception cref="ProtocolViolationException">The answer contradicts the standard.</exception>
    public static LogicalUnitList Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= HeaderLength, Source, $"the answer has {source.Length} bytes");
        uint listLength = BinaryPrimitives.ReadUInt32BigEndian(source);
        Rule.Holds(listLength % LunLength == 0, Source, $"the list has {listLength} bytes");
        Rule.Holds(listLength <= int.MaxValue - HeaderLength, Source, $"the list has {listLength} bytes");

        ReadOnlySpan<byte> list = source[HeaderLength..];
        var units = new LogicalUnitNumber[Math.Min((int)listLength, list.Length) / LunLength];
        for (int i = 0; i < units.Length; i++)
        {
            units[i] = LogicalUnitNumber.Read(list[(LunLength * i)..]);
        }

        return new() { Units = [.. units], WholeLength = HeaderLength + (int)listLength };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination[..HeaderLength].Clear();
        BinaryPrimitives.WriteInt32BigEndian(destination, LunLength * Units.Count);
        for (int i = 0; i < Units.Count; i++)
        {
            Units[i].Write(destination[(HeaderLength + (LunLength * i))..]);
        }
    }
}
