using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Reservations;

// TransportID of an iSCSI initiator, SPC-4
//
//      0 | format (7-6) | protocol identifier (3-0) = 5             |
//      1 | reserved                                                 |
//      2 | length: bytes after these four, a multiple of four, >= 20 |
//      4 | format 0: name, filled with NUL                          |
//        | format 1: name ",i,0x" ISID as 12 digits, filled with NUL |

/// <summary>An initiator, or a port of it, by its name.</summary>
public sealed record TransportId
{
    private const int HeaderLength = 4;
    private const int NameLengthMin = 20;
    private const int IsidDigitCount = 12;
    private const byte IscsiProtocol = 5;
    private const byte WithIsid = 0x40;
    private const string Separator = ",i,0x";
    private const string Source = "SPC-4 TransportID";

    public required string InitiatorName { get; init; }

    /// <summary>The 48 bits that tell the sessions of one initiator apart; nothing stands for all of them.</summary>
    public ulong? Isid { get; init; }

    public int WireLength => HeaderLength + Math.Max(NameLengthMin, (Encoding.UTF8.GetByteCount(Text) + 4) / 4 * 4);

    private string Text => Isid is { } isid ? string.Create(
        CultureInfo.InvariantCulture, $"{InitiatorName}{Separator}{isid:x12}") : InitiatorName;

    /// <summary>Bytes of the identifier that begins here, or nothing if its header is not all here.</summary>
    public static int? LengthOf(ReadOnlySpan<byte> source) =>
        source.Length < HeaderLength ? null : HeaderLength + BinaryPrimitives.ReadUInt16BigEndian(source[2..]);

    /// <exception cref="ProtocolViolationException">It is not the identifier of an iSCSI initiator.</exception>
    public static TransportId Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(LengthOf(source) is { } length && length <= source.Length, Source, "it is cut");
        Rule.Holds((source[0] & 0x0F) == IscsiProtocol, Source, $"the protocol is {source[0] & 0x0F}");
        int format = source[0] & 0xC0;
        Rule.Holds(format is 0 or WithIsid, Source, $"the format is {format >> 6}");
        int told = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        Rule.Holds(told >= NameLengthMin && told % 4 == 0, Source, $"the name has {told} bytes");

        string text = Encoding.UTF8.GetString(source.Slice(HeaderLength, told)).TrimEnd('\0');
        if (format == 0)
        {
            return new() { InitiatorName = text };
        }

        int end = text.Length - IsidDigitCount - Separator.Length;
        ulong isid = 0;
        bool isWhole = end > 0
            && text.AsSpan(end, Separator.Length).SequenceEqual(Separator)
            && ulong.TryParse(
                text.AsSpan(end + Separator.Length),
                NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out isid);
        Rule.Holds(isWhole, Source, "the name does not end in an ISID");
        return new() { InitiatorName = text[..end], Isid = isid };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination.Clear();
        destination[0] = (byte)(IscsiProtocol | (Isid is null ? 0 : WithIsid));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], checked((ushort)(destination.Length - HeaderLength)));
        Encoding.UTF8.GetBytes(Text, destination[HeaderLength..]);
    }
}
