using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Copying;

// EXTENDED COPY (LID1) parameter list, SPC-4
//
//      0 | list identifier                                    |
//      1 | STR (5) | list ID usage (4-3) | priority (2-0)     |
//      2 | bytes of all device descriptors, 32 each           |
//      4 | reserved                                           |
//      8 | bytes of all segment descriptors                   |
//     12 | bytes of inline data                               |
//     16 | device descriptors, segment descriptors, data      |

/// <summary>What is to be copied: devices, and segments that name them by their place in the list.</summary>
public sealed record CopyParameters : IScsiParameterList
{
    public const int HeaderLength = 16;

    private const string Source = "SPC-4 EXTENDED COPY";

    /// <summary>By which the copy is asked for later.</summary>
    public byte ListIdentifier { get; init; }

    /// <summary>3 says that nobody will ask.</summary>
    public byte ListIdentifierUsage { get; init; }

    public byte Priority { get; init; }

    public required ValueList<CopyDevice> Devices { get; init; }

    /// <summary>Up to the first one of an unknown type, behind which nothing can be told apart.</summary>
    public required ValueList<CopySegment> Segments { get; init; }

    public uint InlineLength { get; init; }

    public int WireLength =>
        HeaderLength + (CopyDevice.Length * Devices.Count) + (CopySegment.Length * Segments.Count);

    /// <summary>Bytes of all descriptors, as the header of a list tells, or nothing if it is cut.</summary>
    public static long? TellDescriptorLength(ReadOnlySpan<byte> source) => source.Length < HeaderLength
        ? null
        : BinaryPrimitives.ReadUInt16BigEndian(source[2..]) + (long)BinaryPrimitives.ReadUInt32BigEndian(source[8..]);

    /// <exception cref="ProtocolViolationException">The list is cut.</exception>
    public static CopyParameters Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= HeaderLength, Source, $"the list has {source.Length} bytes");
        int devicesLength = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        uint segmentsLength = BinaryPrimitives.ReadUInt32BigEndian(source[8..]);
        ReadOnlySpan<byte> rest = source[HeaderLength..];
        Rule.Holds(devicesLength % CopyDevice.Length == 0, Source, $"the devices have {devicesLength} bytes");
        Rule.Holds(devicesLength + (long)segmentsLength <= rest.Length, Source, "the descriptors are cut");

        var devices = new CopyDevice[devicesLength / CopyDevice.Length];
        for (int i = 0; i < devices.Length; i++)
        {
            devices[i] = CopyDevice.Read(rest.Slice(CopyDevice.Length * i, CopyDevice.Length));
        }

        return new()
        {
            ListIdentifier = source[0],
            ListIdentifierUsage = (byte)((source[1] >> 3) & 0x03),
            Priority = (byte)(source[1] & 0x07),
            Devices = [.. devices],
            Segments = ReadSegments(rest.Slice(devicesLength, (int)segmentsLength)),
            InlineLength = BinaryPrimitives.ReadUInt32BigEndian(source[12..]),
        };
    }

    /// <summary>Writes the list without inline data.</summary>
    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination.Clear();
        destination[0] = ListIdentifier;
        destination[1] = (byte)(((ListIdentifierUsage & 0x03) << 3) | (Priority & 0x07));
        BinaryPrimitives.WriteUInt16BigEndian(
            destination[2..], checked((ushort)(CopyDevice.Length * Devices.Count)));
        BinaryPrimitives.WriteInt32BigEndian(destination[8..], CopySegment.Length * Segments.Count);
        Span<byte> rest = destination[HeaderLength..];
        foreach (CopyDevice device in Devices)
        {
            device.Write(rest[..CopyDevice.Length]);
            rest = rest[CopyDevice.Length..];
        }

        foreach (CopySegment segment in Segments)
        {
            segment.Write(rest[..CopySegment.Length]);
            rest = rest[CopySegment.Length..];
        }
    }

    private static ValueList<CopySegment> ReadSegments(ReadOnlySpan<byte> source)
    {
        var segments = new List<CopySegment>();
        while (!source.IsEmpty)
        {
            bool isKnown = source[0] == CopySegment.BlockToBlock;
            Rule.Holds(!isKnown || source.Length >= CopySegment.Length, Source, "a segment is cut");
            segments.Add(isKnown ? CopySegment.Read(source[..CopySegment.Length]) : new() { Type = source[0] });
            source = isKnown ? source[CopySegment.Length..] : [];
        }

        return [.. segments];
    }
}
