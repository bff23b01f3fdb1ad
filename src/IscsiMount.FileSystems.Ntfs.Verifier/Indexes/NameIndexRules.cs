using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Indexes;

/// <summary>The entries of a directory, each of which is booked against the file that it leads to.</summary>
internal sealed class NameIndexRules(Inspection inspection, Reference directory) : IIndexRules
{
    /// <summary>The collation of names.</summary>
    public const uint Collation = 1;

    /// <summary>The index of directories.</summary>
    public const string Name = "$I30";

    public int? Compare(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        bool areNames = FileNameValue.TryRead(first, out FileNameValue one)
            & FileNameValue.TryRead(second, out FileNameValue other);
        return areNames ? inspection.UpCase?.Compare(one.Name, other.Name) : null;
    }

    public void Visit(IndexEntry entry)
    {
        inspection.IndexEntries++;
        Reference file = entry.Header.File;
        if (!FileNameValue.TryRead(entry.Key, out FileNameValue name))
        {
            Add(FindingKind.IndexNodeInvalid, entry, $"the key of the entry for {file} is no name");
            return;
        }

        if (name.Parent != directory)
        {
            Add(FindingKind.EntryParentWrong, entry, $"the entry for {file} is said to be of directory {name.Parent}");
        }

        if (file.Number >= inspection.RecordCount)
        {
            Add(FindingKind.DanglingEntry, entry, $"there is no record {file.Number}");
            return;
        }

        ref RecordState state = ref inspection.Records[file.Number];
        ulong digest = NameDigest.Of(directory, file, name, name.IsDirectory);
        state.NameBalance = unchecked(state.NameBalance - digest);
        state.EntryCount = state.EntryCount == ushort.MaxValue ? ushort.MaxValue : (ushort)(state.EntryCount + 1);
    }

    private void Add(FindingKind kind, IndexEntry entry, string observed)
    {
        inspection.Findings.Add(kind, directory.Number, entry.OffsetBytes, observed);
    }
}
