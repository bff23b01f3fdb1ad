using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Identity;

// The header of each page of vital product data, SPC-4
//
//      0 | qualifier (7-5) | device type (4-0)            |
//      1 | page code                                      |
//      2 | page length: bytes after these two             |
//      4 | content                                        |

/// <summary>A page of vital product data.</summary>
public abstract record VitalProductPage : IScsiAnswer
{
    public const int HeaderLength = 4;

    /// <summary>The device that the page belongs to: a connected disk unless said otherwise.</summary>
    public Peripheral Peripheral { get; init; }

    public int WireLength => HeaderLength + ContentLength;

    protected abstract VitalProductPageCode Code { get; }

    protected abstract int ContentLength { get; }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination.Clear();
        destination[0] = Peripheral.ToByte();
        destination[1] = (byte)Code;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], checked((ushort)ContentLength));
        WriteContent(destination[HeaderLength..]);
    }

    /// <summary>Writes what is not zero.</summary>
    protected abstract void WriteContent(Span<byte> destination);

    /// <summary>What there is of the content of a page: the least of what was announced and what arrived.</summary>
    protected static ReadOnlySpan<byte> ContentOf(ReadOnlySpan<byte> page, VitalProductPageCode code)
    {
        string source = $"SPC-4 vital product data page {(byte)code:X2}h";
        Rule.Holds(page.Length >= HeaderLength, source, $"the page has {page.Length} bytes");
        Rule.Holds(page[1] == (byte)code, source, $"page {page[1]:X2}h came instead");

        int told = BinaryPrimitives.ReadUInt16BigEndian(page[2..]);
        return page.Slice(HeaderLength, Math.Min(told, page.Length - HeaderLength));
    }

    /// <summary>The same, followed by zeros up to a length, which is what absent fields mean.</summary>
    protected static byte[] ContentOf(ReadOnlySpan<byte> page, VitalProductPageCode code, int length)
    {
        byte[] content = new byte[length];
        ReadOnlySpan<byte> told = ContentOf(page, code);
        told[..Math.Min(told.Length, length)].CopyTo(content);
        return content;
    }
}
