using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Metadata;

/// <summary>The indexes in $Extend that repeat what files say.</summary>
internal static class FileIndexes
{
    private const int ReparseKeyLength = 12;
    private const int ObjectIdLength = 16;
    private const int ReferenceLength = 8;

    /// <summary>$Reparse:$R, keys of tag and reference.</summary>
    public static ViewIndex OfReparsePoints(Inspection inspection)
    {
        Ledger ledger = inspection.ReparsePoints;
        return Of(ledger, entry =>
        {
            bool isKey = entry.Key.Length == ReparseKeyLength;
            var file = new Reference(isKey ? ReadUInt64LittleEndian(entry.Key[4..]) : 0);
            uint tag = isKey ? ReadUInt32LittleEndian(entry.Key) : 0;
            ledger.AddFromIndex(file.Number, Digest.Of([], file.Value, tag));
        });
    }

    /// <summary>$ObjId:$O, keys of the id, values that begin with the reference.</summary>
    public static ViewIndex OfObjectIds(Inspection inspection)
    {
        Ledger ledger = inspection.ObjectIds;
        return Of(ledger, entry =>
        {
            bool isEntry = entry.Key.Length == ObjectIdLength && entry.Value.Length >= ReferenceLength;
            var file = new Reference(isEntry ? ReadUInt64LittleEndian(entry.Value) : 0);
            ledger.AddFromIndex(file.Number, Digest.Of(entry.Key, file.Value, 0));
        });
    }

    private static ViewIndex Of(Ledger ledger, Indexes.ViewEntryHandler handler)
    {
        ledger.HasIndex = true;
        return new ViewIndex(handler, isDamaged => ledger.IsIndexDamaged |= isDamaged);
    }
}
