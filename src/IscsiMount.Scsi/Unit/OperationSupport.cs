using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Unit;

// REPORT SUPPORTED OPERATION CODES parameter data for one command, SPC-4
//
//      0 | reserved                                                     |
//      1 | CTDP (7) | reserved | SUPPORT (2-0)                          |
//      2 | CDB size                                                     |
//      4 | usage: the CDB with a one for each bit that the unit looks at |

/// <summary>Whether and how a unit supports one command.</summary>
public sealed record OperationSupport : IScsiAnswer
{
    private const int HeaderLength = 4;
    private const string Source = "SPC-4 REPORT SUPPORTED OPERATION CODES";

    public required SupportLevel Level { get; init; }

    /// <summary>The operation code, then a one for each bit that the unit looks at. Empty without support.</summary>
    public ValueList<byte> Usage { get; init; } = [];

    /// <summary>Whether timeouts follow, of which ours tell nothing.</summary>
    public bool WithTimeouts { get; init; }

    public int WireLength => HeaderLength + Usage.Count + (WithTimeouts ? CommandTimeouts.Length : 0);

    /// <exception cref="ProtocolViolationException">The answer contradicts the standard.</exception>
    public static OperationSupport Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= HeaderLength, Source, $"the answer has {source.Length} bytes");

        int length = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        ReadOnlySpan<byte> usage = source[HeaderLength..];
        return new()
        {
            Level = (SupportLevel)(source[1] & 0x07),
            WithTimeouts = (source[1] & 0x80) != 0,
            Usage = ValueList.Create(usage[..Math.Min(length, usage.Length)]),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination[0] = 0;
        destination[1] = (byte)((WithTimeouts ? 0x80 : 0) | (byte)Level);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], checked((ushort)Usage.Count));
        Usage.AsSpan().CopyTo(destination[HeaderLength..]);
        if (WithTimeouts)
        {
            CommandTimeouts.Write(destination[(HeaderLength + Usage.Count)..]);
        }
    }
}

/// <summary>How much of a command a unit supports.</summary>
public enum SupportLevel : byte
{
    UnknownNow = 0,
    None = 1,
    Standard = 3,
    VendorSpecific = 5,
}
