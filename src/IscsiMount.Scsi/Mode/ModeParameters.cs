using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Mode;

// Mode parameter header, SPC-4
//
//   (6)                                      (10)
//     0 | mode data length: bytes after 0      0 | mode data length: bytes after 1
//     1 | medium type                          2 | medium type
//     2 | WP (7), DPOFUA (4)                   3 | WP (7), DPOFUA (4)
//     3 | block descriptor length              4 | LONGLBA (0)
//     4 | block descriptor, mode pages         6 | block descriptor length
//                                              8 | block descriptor, mode pages

/// <summary>What MODE SENSE returns and MODE SELECT takes: header, block descriptor, mode pages.</summary>
public sealed record ModeParameters
{
    private const int ShortHeaderLength = 4;
    private const int LongHeaderLength = 8;
    private const byte WriteProtectBit = 0x80;
    private const byte ForceUnitAccessBit = 0x10;
    private const string Source = "SPC-4 mode parameters";

    public byte MediumType { get; init; }

    public bool IsWriteProtected { get; init; }

    /// <summary>Whether reads and writes may carry DPO and FUA.</summary>
    public bool SupportsForceUnitAccess { get; init; }

    public ModeBlockDescriptor? Blocks { get; init; }

    public ValueList<ModePage> Pages { get; init; } = [];

    public int WireLength(ModeForm form)
    {
        return HeaderLength(form) + (Blocks?.WireLength ?? 0) + Pages.Sum(page => page.WireLength);
    }

    /// <summary>The page with this code and subpage, or nothing.</summary>
    public ModePage? Find(ModePageCode code, byte subpage = 0)
    {
        return Pages.FirstOrDefault(page => page.Code == code && (page.Subpage ?? 0) == subpage);
    }

    /// <summary>Reads parameters that may be cut anywhere behind the header.</summary>
    /// <exception cref="ProtocolViolationException">The answer contradicts the standard.</exception>
    public static ModeParameters Read(ReadOnlySpan<byte> source, ModeForm form)
    {
        int headerLength = HeaderLength(form);
        Rule.Holds(source.Length >= headerLength, Source, $"the answer has {source.Length} bytes");

        bool isShort = form == ModeForm.Six;
        byte flags = source[isShort ? 2 : 3];
        int descriptorLength = isShort ? source[3] : BinaryPrimitives.ReadUInt16BigEndian(source[6..]);
        bool isLongDescriptor = !isShort && (source[4] & 0x01) != 0;
        int told = isShort ? 1 + source[0] : 2 + BinaryPrimitives.ReadUInt16BigEndian(source);
        ReadOnlySpan<byte> content = source[headerLength..Math.Max(headerLength, Math.Min(told, source.Length))];
        ReadOnlySpan<byte> descriptor = content[..Math.Min(descriptorLength, content.Length)];
        return new()
        {
            MediumType = source[isShort ? 1 : 2],
            IsWriteProtected = (flags & WriteProtectBit) != 0,
            SupportsForceUnitAccess = (flags & ForceUnitAccessBit) != 0,
            Blocks = ModeBlockDescriptor.Find(descriptor, isLongDescriptor),
            Pages = ReadPages(content[descriptor.Length..]),
        };
    }

    /// <summary>Writes to exactly <see cref="WireLength"/> bytes.</summary>
    public void Write(Span<byte> destination, ModeForm form)
    {
        Invariant.Holds(destination.Length == WireLength(form));

        destination.Clear();
        byte flags = (byte)((IsWriteProtected ? WriteProtectBit : 0)
            | (SupportsForceUnitAccess ? ForceUnitAccessBit : 0));
        int descriptorLength = Blocks?.WireLength ?? 0;
        if (form == ModeForm.Six)
        {
            destination[0] = checked((byte)(destination.Length - 1));
            destination[1] = MediumType;
            destination[2] = flags;
            destination[3] = (byte)descriptorLength;
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination, checked((ushort)(destination.Length - 2)));
            destination[2] = MediumType;
            destination[3] = flags;
            destination[4] = (byte)(Blocks is { IsLong: true } ? 0x01 : 0);
            BinaryPrimitives.WriteUInt16BigEndian(destination[6..], (ushort)descriptorLength);
        }

        Span<byte> rest = destination[HeaderLength(form)..];
        Blocks?.Write(rest[..descriptorLength]);
        rest = rest[descriptorLength..];
        foreach (ModePage page in Pages)
        {
            page.Write(rest[..page.WireLength]);
            rest = rest[page.WireLength..];
        }
    }

    private static int HeaderLength(ModeForm form) => form == ModeForm.Six ? ShortHeaderLength : LongHeaderLength;

    private static ValueList<ModePage> ReadPages(ReadOnlySpan<byte> source)
    {
        var pages = new List<ModePage>();

        // The last page may be cut by the allocation length. Then nothing of it is believed.
        while (ModePage.LengthOf(source) is { } length && length <= source.Length)
        {
            pages.Add(ModePage.Read(source[..length]));
            source = source[length..];
        }

        return [.. pages];
    }
}
