using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Mode;

// Mode page, SPC-4
//
//   without subpage                          with subpage
//     0 | PS (7), SPF = 0, code (5-0)          0 | PS (7), SPF = 1 (6), code (5-0)
//     1 | length: bytes after this one         1 | subpage code
//     2 | content                              2 | length: bytes after these two
//                                              4 | content

/// <summary>One mode page as it is on the wire. The pages that we understand read their content from it.</summary>
public sealed record ModePage
{
    private const int ShortHeaderLength = 2;
    private const int LongHeaderLength = 4;
    private const byte SubpageBit = 0x40;

    public required ModePageCode Code { get; init; }

    /// <summary>Nothing for a page in the form without subpage.</summary>
    public byte? Subpage { get; init; }

    /// <summary>Whether the unit can keep it over a power cycle.</summary>
    public bool IsSavable { get; init; }

    public required ValueList<byte> Content { get; init; }

    public int WireLength => Content.Count + (Subpage is null ? ShortHeaderLength : LongHeaderLength);

    /// <summary>Bytes of the page that begins here, or nothing if its header is not all here.</summary>
    public static int? LengthOf(ReadOnlySpan<byte> source)
    {
        if (source.Length < ShortHeaderLength)
        {
            return null;
        }

        if ((source[0] & SubpageBit) == 0)
        {
            return ShortHeaderLength + source[1];
        }

        return source.Length < LongHeaderLength
            ? null
            : LongHeaderLength + BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
    }

    /// <summary>Reads a page. The caller has seen that all of it is there.</summary>
    public static ModePage Read(ReadOnlySpan<byte> source)
    {
        Invariant.Holds(LengthOf(source) == source.Length);

        bool hasSubpage = (source[0] & SubpageBit) != 0;
        return new()
        {
            Code = (ModePageCode)(source[0] & 0x3F),
            Subpage = hasSubpage ? source[1] : null,
            IsSavable = (source[0] & 0x80) != 0,
            Content = ValueList.Create(source[(hasSubpage ? LongHeaderLength : ShortHeaderLength)..]),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination[0] = (byte)((IsSavable ? 0x80 : 0) | ((byte)Code & 0x3F));
        if (Subpage is { } subpage)
        {
            destination[0] |= SubpageBit;
            destination[1] = subpage;
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], checked((ushort)Content.Count));
        }
        else
        {
            destination[1] = checked((byte)Content.Count);
        }

        Content.AsSpan().CopyTo(destination[^Content.Count..]);
    }
}
