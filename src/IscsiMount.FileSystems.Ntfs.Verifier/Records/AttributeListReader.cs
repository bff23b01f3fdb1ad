using IscsiMount.FileSystems.Ntfs.Verifier.Indexes;
using IscsiMount.FileSystems.Ntfs.Verifier.Layout;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Records;

/// <summary>An entry of an attribute list, with its name.</summary>
internal sealed record ListItem(ListEntry Entry, ReadOnlyMemory<byte> Name)
{
    /// <summary>Whether this is the entry of an attribute.</summary>
    public bool IsOf(AttributePiece piece)
    {
        return piece.Record == Entry.Record.Number
            && piece.Header.Instance == Entry.Instance
            && piece.Type == Entry.Type
            && piece.FirstVcn == Entry.FirstVcn
            && piece.Name.SequenceEqual(Name.Span);
    }
}

/// <summary>Reads an attribute list.</summary>
internal static class AttributeListReader
{
    /// <summary>No list is longer.</summary>
    public const int SizeMax = 256 << 10;

    private const string Unreadable = "an entry leaves the list";

    /// <summary>Whether entries may be missing because of the problem.</summary>
    public static bool IsFatal(string? problem) => problem == Unreadable;

    /// <summary>All entries up to the first that cannot be read, and the first problem that was seen.</summary>
    public static IReadOnlyList<ListItem> Read(ReadOnlyMemory<byte> content, UpCase? upCase, out string? problem)
    {
        List<ListItem> items = [];
        problem = null;
        while (!content.IsEmpty)
        {
            if (!IsWhole(content.Span))
            {
                problem = Unreadable;
                return items;
            }

            var entry = ListEntry.Read(content.Span);
            var item = new ListItem(entry, content.Slice(
                entry.NameLength > 0 ? entry.NameOffset : ListEntry.HeaderLength, 2 * entry.NameLength));
            if (items.Count > 0 && Compare(items[^1], item, upCase) > 0)
            {
                problem ??= $"the entry of attribute {entry.Type:X}h does not follow the one before";
            }

            if (entry.NameOffset != ListEntry.HeaderLength)
            {
                problem ??= $"the name of an entry begins at {entry.NameOffset}, which Windows refuses";
            }

            items.Add(item);
            content = content[entry.Length..];
        }

        return items;
    }

    private static bool IsWhole(ReadOnlySpan<byte> rest)
    {
        if (rest.Length < ListEntry.HeaderLength)
        {
            return false;
        }

        var entry = ListEntry.Read(rest);
        int nameOffset = entry.NameLength > 0 ? entry.NameOffset : ListEntry.HeaderLength;
        return entry.Length <= rest.Length
            && entry.Length % 8 == 0
            && nameOffset >= ListEntry.HeaderLength
            && nameOffset + (2 * entry.NameLength) <= entry.Length;
    }

    private static int Compare(ListItem first, ListItem second, UpCase? upCase)
    {
        if (first.Entry.Type != second.Entry.Type)
        {
            return first.Entry.Type.CompareTo(second.Entry.Type);
        }

        int names = AttributeOrder.CompareNames(first.Name.Span, second.Name.Span, upCase);
        return names != 0 ? names : first.Entry.FirstVcn.CompareTo(second.Entry.FirstVcn);
    }
}
