using System.Buffers.Binary;
using IscsiMount.Primitives;
using IscsiMount.Scsi.Transfer;

namespace IscsiMount.Scsi.Unit;

// READ DEFECT DATA parameter data, SBC-3
//
//      0 | reserved                                                   |
//      1 | PLISTV (4) | GLISTV (3) | format (2-0)                     |
//      2 | (10) length of the list         | (12) generation          |
//      4 |                                 | (12) length of the list  |

/// <summary>The bad places of a medium: here only how many bytes their list has.</summary>
public sealed record DefectList : IScsiAnswer
{
    private const int ShortLength = 4;
    private const int LongLength = 8;

    public CdbForm Form { get; init; } = CdbForm.Ten;

    public bool HasFactoryList { get; init; }

    public bool HasGrownList { get; init; }

    public byte Format { get; init; }

    /// <summary>Zero: there are none.</summary>
    public uint ListLength { get; init; }

    public int WireLength => Form == CdbForm.Ten ? ShortLength : LongLength;

    /// <exception cref="ProtocolViolationException">The answer contradicts the standard.</exception>
    public static DefectList Read(ReadOnlySpan<byte> source, CdbForm form)
    {
        bool isShort = form == CdbForm.Ten;
        Rule.Holds(
            source.Length >= (isShort ? ShortLength : LongLength),
            "SBC-3 READ DEFECT DATA", $"the answer has {source.Length} bytes");
        return new()
        {
            Form = form,
            HasFactoryList = (source[1] & 0x10) != 0,
            HasGrownList = (source[1] & 0x08) != 0,
            Format = (byte)(source[1] & 0x07),
            ListLength = isShort
                ? BinaryPrimitives.ReadUInt16BigEndian(source[2..])
                : BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == WireLength);

        destination.Clear();
        destination[1] = (byte)((HasFactoryList ? 0x10 : 0) | (HasGrownList ? 0x08 : 0) | (Format & 0x07));
        if (Form == CdbForm.Ten)
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], checked((ushort)ListLength));
            return;
        }

        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], ListLength);
    }
}
