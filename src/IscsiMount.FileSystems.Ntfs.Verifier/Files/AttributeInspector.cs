using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;
using IscsiMount.FileSystems.Ntfs.Verifier.Records;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Files;

/// <summary>
/// Checks what a file says of itself: standard information, reparse point, object id, extended attributes.
/// </summary>
internal sealed class AttributeInspector(Inspection inspection)
{
    // The head of a file that is in use only to keep its number: $MFT's own extensions.
    private const ulong FirstFullRecord = 24;
    private const int ShortLength = 48;
    private const int FullLength = 72;
    private const int SecurityIdOffset = 0x34;
    private const int AttributesOffset = 0x20;
    private const uint ReparseAttribute = 0x400;
    private const int ObjectIdLength = 16;
    private const int ReparseSizeMax = 16 << 10;
    private const int ReparseHeaderLength = 8;
    private const int ReparseGuidLength = 16;
    private const uint MicrosoftTag = 0x8000_0000;
    private const int ExtendedAttributesMax = 64 << 10;

    /// <summary>What stands in the record itself.</summary>
    public void Inspect(MftFile file)
    {
        AttributePiece? information = file.Find(AttributeTypes.StandardInformation);
        if (information is not { } piece)
        {
            bool isMissing = !file.IsIncomplete && file.Number >= FirstFullRecord;
            Expect(!isMissing, FindingKind.StandardInformationInvalid, file.Number, file.OffsetBytes, "it is missing");
            return;
        }

        ReadOnlySpan<byte> value = piece.Header.IsNonResident ? [] : piece.Value.Span;
        bool isValid = value.Length is ShortLength or FullLength && piece.Record == file.Number;
        Expect(
            isValid, FindingKind.StandardInformationInvalid, piece.Record, piece.OffsetBytes,
            $"it has {value.Length} bytes in record {piece.Record}");
        if (!isValid)
        {
            return;
        }

        CheckReparseAttribute(file, piece, ReadUInt32LittleEndian(value[AttributesOffset..]));
        uint securityId = value.Length == FullLength ? ReadUInt32LittleEndian(value[SecurityIdOffset..]) : 0;
        if (securityId != 0 && inspection.Security is { IsIncomplete: false } security && !security.Knows(securityId))
        {
            inspection.UnknownSecurityIds.Add((file.Number, piece.OffsetBytes, securityId));
        }
    }

    /// <summary>What may lie in clusters.</summary>
    public async ValueTask InspectContentAsync(
        MftFile file, IReadOnlyList<StreamImage> streams, CancellationToken cancellationToken)
    {
        foreach (StreamImage stream in streams)
        {
            switch (stream.Type)
            {
                case AttributeTypes.ObjectId:
                    BookObjectId(file, stream);
                    break;
                case AttributeTypes.ReparsePoint:
                    await CheckReparsePointAsync(file, stream, cancellationToken);
                    break;
                case AttributeTypes.ExtendedAttributes:
                    await CheckExtendedAttributesAsync(file, stream, cancellationToken);
                    break;
                case AttributeTypes.ExtendedAttributesHead when !HasType(streams, AttributeTypes.ExtendedAttributes):
                    Expect(
                        file.IsIncomplete, FindingKind.ExtendedAttributesInvalid, stream,
                        "they are announced, and none is there");
                    break;
                default:
                    break;
            }
        }
    }

    private static bool HasType(IReadOnlyList<StreamImage> streams, uint type) =>
        streams.Any(stream => stream.Type == type);

    private void CheckReparseAttribute(MftFile file, AttributePiece information, uint attributes)
    {
        bool isMarked = (attributes & ReparseAttribute) != 0;
        bool isReparsePoint = file.Find(AttributeTypes.ReparsePoint) is not null;
        Expect(
            isMarked == isReparsePoint || file.IsIncomplete,
            FindingKind.ReparsePointInvalid, information.Record, information.OffsetBytes,
            isMarked ? "the file is marked as a reparse point, and is none" : "the reparse point is not marked");
    }

    private void BookObjectId(MftFile file, StreamImage stream)
    {
        if (stream.Extents is null && stream.First.Value.Length >= ObjectIdLength)
        {
            ulong digest = Digest.Of(stream.First.Value.Span[..ObjectIdLength], file.Reference.Value, 0);
            inspection.ObjectIds.AddFromFile(file.Number, digest);
        }
        else
        {
            Expect(false, FindingKind.AttributeForm, stream, "an object id has 16 bytes at least, in its record");
        }
    }

    private async ValueTask CheckReparsePointAsync(
        MftFile file, StreamImage stream, CancellationToken cancellationToken)
    {
        if (await ReadAsync(stream, ReparseSizeMax, cancellationToken) is not { } content)
        {
            Expect(stream.IsBroken, FindingKind.ReparsePointInvalid, stream, $"it has {stream.Size} bytes");
            return;
        }

        bool isValid = content.Length >= ReparseHeaderLength;
        if (isValid)
        {
            uint tag = ReadUInt32LittleEndian(content);
            int headLength = ReparseHeaderLength + ((tag & MicrosoftTag) == 0 ? ReparseGuidLength : 0);
            isValid = ReadUInt16LittleEndian(content.AsSpan(4)) + headLength == content.Length;
            inspection.ReparsePoints.AddFromFile(file.Number, Digest.Of([], file.Reference.Value, tag));
        }

        Expect(isValid, FindingKind.ReparsePointInvalid, stream, "its length is not the one that it says");
    }

    private async ValueTask CheckExtendedAttributesAsync(
        MftFile file, StreamImage stream, CancellationToken cancellationToken)
    {
        if (file.IsIncomplete || stream.IsBroken)
        {
            return;
        }

        byte[]? content = await ReadAsync(stream, ExtendedAttributesMax, cancellationToken);
        AttributePiece? head = file.Find(AttributeTypes.ExtendedAttributesHead);
        bool isAnnounced = head is { Header.IsNonResident: false, Value.Length: 8 }
            && ReadUInt32LittleEndian(head.Value.Value.Span[4..]) == stream.Size;
        Expect(
            isAnnounced && content is not null && AreChained(content),
            FindingKind.ExtendedAttributesInvalid, stream,
            isAnnounced ? "one of them leaves the list" : "they are not those that are announced");
    }

    // Each: distance to the next, flags, length of the name, length of the value, name with a zero, value.
    private static bool AreChained(ReadOnlySpan<byte> rest)
    {
        while (rest.Length >= 8)
        {
            uint distance = ReadUInt32LittleEndian(rest);
            int length = 8 + rest[5] + 1 + ReadUInt16LittleEndian(rest[6..]);
            if (distance < length || distance > rest.Length)
            {
                return false;
            }

            rest = rest[(int)distance..];
        }

        return rest.IsEmpty;
    }

    private async ValueTask<byte[]?> ReadAsync(StreamImage stream, int sizeMax, CancellationToken cancellationToken)
    {
        if (stream.IsBroken || stream.Size > (ulong)sizeMax)
        {
            return null;
        }

        byte[] content = new byte[stream.Size];
        await stream.Open(inspection.Reader).ReadAsync(0, content, isNear: true, cancellationToken);
        return content;
    }

    private void Expect(bool holds, FindingKind kind, StreamImage stream, string observed) =>
        Expect(holds, kind, stream.First.Record, stream.First.OffsetBytes, observed);

    private void Expect(bool holds, FindingKind kind, ulong record, long offset, string observed)
    {
        if (!holds)
        {
            inspection.Findings.Add(kind, record, offset, observed);
        }
    }
}
