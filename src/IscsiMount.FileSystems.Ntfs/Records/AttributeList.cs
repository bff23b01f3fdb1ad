using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Records;

/// <summary>Puts a file together whose attributes are spread over several records.</summary>
internal static class AttributeList
{
    private const string Structure = "$ATTRIBUTE_LIST";

    // LIMIT: Windows stops at this size too.
    private const int SizeMax = 256 * 1024;

    /// <summary>The attribute that holds the list; none if all attributes are in the base record.</summary>
    public static AttributePiece? FindIn(MftRecord record)
    {
        foreach (AttributeSlot slot in record.Slots)
        {
            if (slot.Header.Type == AttributeType.AttributeList)
            {
                return new AttributePiece(record, slot);
            }
        }

        return null;
    }

    public static async ValueTask<List<AttributeListEntry>> ReadAsync(
        AttributePiece list, ExtentReader reader, VolumeGeometry geometry, CancellationToken cancellationToken)
    {
        var map = StreamMap.From([list], geometry);
        byte[] content = await reader.ReadAllAsync(map, SizeMax, cancellationToken);
        return Parse(content);
    }

    public static List<AttributeListEntry> Parse(ReadOnlySpan<byte> content)
    {
        var entries = new List<AttributeListEntry>();
        while (!content.IsEmpty)
        {
            var entry = AttributeListEntry.Read(content);
            entries.Add(entry);
            content = content[entry.Length..];
        }

        return entries;
    }

    /// <summary>Reads the extension records and collects what the list says that they hold.</summary>
    public static async ValueTask<MftFile> AssembleAsync(
        MftRecord record, List<AttributeListEntry> entries, RecordStore records, CancellationToken cancellationToken)
    {
        await records.PrefetchAsync(entries.Select(entry => entry.Record.Number), cancellationToken);

        var pieces = new AttributePiece[entries.Count];
        for (int i = 0; i < pieces.Length; i++)
        {
            FileReference holder = entries[i].Record;
            MftRecord? found = holder == record.Reference
                ? record
                : await records.GetAsync(holder.Number, cancellationToken);
            pieces[i] = Locate(entries[i], record, found);
        }

        Array.Sort(pieces, Compare);
        return new MftFile(record, pieces);
    }

    public static AttributePiece Locate(AttributeListEntry entry, MftRecord record, MftRecord? holder)
    {
        bool isOurs = holder is { IsInUse: true } && holder.Reference == entry.Record
            && (ReferenceEquals(holder, record) || holder.Header.BaseRecord == record.Reference);
        Medium.Holds(isOurs, Structure, "it points to a record that does not belong to the file");

        foreach (AttributeSlot slot in holder!.Slots)
        {
            var piece = new AttributePiece(holder, slot);
            if (slot.Header.Type == entry.Type && slot.Header.Instance == entry.Instance
                && (!piece.IsNonResident || piece.NonResident.FirstVcn == entry.FirstVcn))
            {
                return piece;
            }
        }

        throw new DamagedMediumException(Structure, "it names an attribute that is not there");
    }

    private static int Compare(AttributePiece left, AttributePiece right)
    {
        int byType = left.Type.CompareTo(right.Type);
        int byName = byType != 0 ? byType : left.NameUnits.SequenceCompareTo(right.NameUnits);
        return byName != 0 ? byName : FirstVcn(left).CompareTo(FirstVcn(right));
    }

    private static long FirstVcn(AttributePiece piece) => piece.IsNonResident ? piece.NonResident.FirstVcn : -1;
}
