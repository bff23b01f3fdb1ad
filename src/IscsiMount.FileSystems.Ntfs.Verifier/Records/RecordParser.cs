using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Records;

/// <summary>Reads a record and checks all that it says of itself.</summary>
internal sealed class RecordParser(Inspection inspection, FindingLog findings)
{
    private const int EndLength = 8;

    /// <summary>Takes the protection off the bytes, and fills the record with what they say.</summary>
    /// <param name="bytes">The record as it lies on the volume; changed.</param>
    /// <param name="record">Its number and place are set; the rest is filled.</param>
    /// <param name="isMarked">Whether the bitmap of $MFT says that it is in use.</param>
    public void Parse(Memory<byte> bytes, ParsedRecord record, bool isMarked)
    {
        record.Pieces.Clear();
        record.Header = RecordHeader.Read(bytes.Span);
        if (!record.Header.HasSignature)
        {
            bool isUnused = !isMarked || !bytes.Span.ContainsAnyExcept((byte)0);
            record.Use = isUnused ? RecordUse.Free : RecordUse.Damaged;
            Expect(isUnused, FindingKind.RecordHeaderInvalid, record, "the signature is not FILE");
            return;
        }

        if (!record.Header.IsInUse)
        {
            record.Use = RecordUse.Free;
            return;
        }

        bool isWhole = IsWhole(bytes.Span, record) && IsHeaderValid(record);
        record.Use = isWhole && ReadAttributes(bytes, record) ? RecordUse.InUse : RecordUse.Damaged;
    }

    private bool IsWhole(Span<byte> bytes, ParsedRecord record)
    {
        ProtectionState state = Protection.Remove(bytes);
        return Expect(
                state != ProtectionState.Malformed,
                FindingKind.RecordHeaderInvalid, record, "the array of its fix-ups is impossible")
            && Expect(
                state == ProtectionState.Whole,
                FindingKind.TornStructure, record, "its fix-ups are of different writes");
    }

    private bool IsHeaderValid(ParsedRecord record)
    {
        RecordHeader header = record.Header;
        int arrayEnd = header.ArrayOffset + (2 * header.ArrayCount);
        bool isValid = Expect(
            !header.HasNumber || header.Number == unchecked((uint)record.Number),
            FindingKind.RecordHeaderInvalid, record, $"it says that it is record {header.Number}");
        isValid &= Expect(
            header.Sequence != 0, FindingKind.RecordHeaderInvalid, record, "its sequence number is 0");
        isValid &= Expect(
            header.BytesAllocated == inspection.Geometry.RecordSize,
            FindingKind.RecordHeaderInvalid, record, $"it says that {header.BytesAllocated} bytes are allocated");
        isValid &= Expect(
            header.AttributesOffset % 8 == 0 && header.AttributesOffset >= arrayEnd,
            FindingKind.RecordHeaderInvalid, record, $"its attributes begin at {header.AttributesOffset}");
        isValid &= Expect(
            header.BytesInUse % 8 == 0 && header.BytesInUse <= inspection.Geometry.RecordSize
                && header.BytesInUse >= header.AttributesOffset + EndLength,
            FindingKind.RecordEndInvalid, record, $"it says that {header.BytesInUse} bytes are in use");
        return isValid;
    }

    private bool ReadAttributes(Memory<byte> bytes, ParsedRecord record)
    {
        int end = (int)record.Header.BytesInUse;
        int offset = record.Header.AttributesOffset;
        while (offset + EndLength <= end)
        {
            ReadOnlySpan<byte> rest = bytes.Span[offset..end];
            if (ReadUInt32LittleEndian(rest) == AttributeTypes.End)
            {
                return Expect(
                    offset + EndLength == end,
                    FindingKind.RecordEndInvalid, record, $"{end} bytes are in use, and the end marker is at {offset}");
            }

            if (!IsAttributeValid(rest, record, offset))
            {
                return false;
            }

            var header = AttributeHeader.Read(rest);
            var piece = new AttributePiece(
                bytes.Slice(offset, (int)header.Length), header, record.Number, record.OffsetBytes + offset);
            Follow(record, piece);
            offset += (int)header.Length;
        }

        return Expect(false, FindingKind.RecordEndInvalid, record, "it has no end marker");
    }

    private bool IsAttributeValid(ReadOnlySpan<byte> rest, ParsedRecord record, int offset)
    {
        string problem = rest.Length < AttributeHeader.LengthMin ? "it leaves the record" : ProblemOf(rest);
        if (problem.Length == 0)
        {
            return true;
        }

        findings.Add(
            FindingKind.AttributeInvalid, record.Number, record.OffsetBytes + offset,
            $"attribute {ReadUInt32LittleEndian(rest):X}h: {problem}");
        return false;
    }

    private static string ProblemOf(ReadOnlySpan<byte> rest)
    {
        var header = AttributeHeader.Read(rest);
        if (!AttributeTypes.IsPossible(header.Type))
        {
            return "there is no such type";
        }

        int lengthMin = header.IsNonResident ? AttributeHeader.NonResidentLengthMin : AttributeHeader.LengthMin;
        if (header.Length < lengthMin || header.Length > rest.Length || header.Length % 8 != 0)
        {
            return $"its length is {header.Length}";
        }

        if (rest[0x08] > 1)
        {
            return "it is neither resident nor non-resident";
        }

        if (header.NameLength > 0
            && (header.NameOffset < lengthMin || header.NameOffset + (2 * header.NameLength) > header.Length))
        {
            return "its name leaves it";
        }

        return header.IsNonResident ? RunsProblemOf(rest, header) : ValueProblemOf(rest, header);
    }

    private static string RunsProblemOf(ReadOnlySpan<byte> rest, AttributeHeader header)
    {
        var place = NonResidentHeader.Read(rest[..(int)header.Length]);
        return place.RunsOffset < AttributeHeader.NonResidentLengthMin || place.RunsOffset >= header.Length
            ? $"its runs begin at {place.RunsOffset}"
            : "";
    }

    private static string ValueProblemOf(ReadOnlySpan<byte> rest, AttributeHeader header)
    {
        uint length = ReadUInt32LittleEndian(rest[0x10..]);
        int offset = ReadUInt16LittleEndian(rest[0x14..]);
        return offset < AttributeHeader.LengthMin || offset > header.Length || length > header.Length - offset
            ? "its value leaves it"
            : "";
    }

    // What one attribute owes those before it.
    private void Follow(ParsedRecord record, AttributePiece piece)
    {
        if (piece.Header.NameLength == 0)
        {
            // An offset of a name that is not there may be anything.
            piece = piece with { Header = piece.Header with { NameOffset = 0 } };
        }

        if (record.Pieces.Count > 0)
        {
            int order = AttributeOrder.Compare(record.Pieces[^1], piece, inspection.UpCase);
            ExpectAt(piece, order <= 0, FindingKind.AttributeOrder, "it does not follow the one before");
        }

        ushort instance = piece.Header.Instance;
        bool isUnique = !record.Pieces.Exists(other => other.Header.Instance == instance);
        ExpectAt(
            piece, isUnique && instance < record.Header.NextInstance,
            FindingKind.AttributeInstance, $"its instance is {instance}, and the next is {record.Header.NextInstance}");
        record.Pieces.Add(piece);
    }

    private bool Expect(bool holds, FindingKind kind, ParsedRecord record, string observed)
    {
        if (!holds)
        {
            findings.Add(kind, record.Number, record.OffsetBytes, observed);
        }

        return holds;
    }

    private void ExpectAt(AttributePiece piece, bool holds, FindingKind kind, string observed)
    {
        if (!holds)
        {
            findings.Add(kind, piece.Record, piece.OffsetBytes, $"attribute {piece.Type:X}h: {observed}");
        }
    }
}
