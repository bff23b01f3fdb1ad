using IscsiMount.FileSystems.Ntfs.Verifier.Indexes;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Records;

/// <summary>The order of attributes: by type, by name, by place in the stream.</summary>
internal static class AttributeOrder
{
    public static int Compare(AttributePiece first, AttributePiece second, UpCase? upCase)
    {
        if (first.Type != second.Type)
        {
            return first.Type.CompareTo(second.Type);
        }

        int names = CompareNames(first.Name, second.Name, upCase);
        return names != 0 ? names : first.FirstVcn.CompareTo(second.FirstVcn);
    }

    /// <summary>Names in the order of the volume. Without its capitals all named ones count as equal.</summary>
    public static int CompareNames(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, UpCase? upCase)
    {
        if (first.IsEmpty || second.IsEmpty)
        {
            return first.Length.CompareTo(second.Length);
        }

        return upCase?.Compare(first, second) ?? 0;
    }
}
