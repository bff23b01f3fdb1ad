using IscsiMount.FileSystems.Ntfs.Verifier.Indexes;
using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;
using IscsiMount.FileSystems.Ntfs.Verifier.Records;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Files;

/// <summary>Checks the names of a file, and books them against the entries of directories.</summary>
internal sealed class NameInspector(Inspection inspection)
{
    private const ulong RootRecord = 5;

    public void Inspect(MftFile file)
    {
        int count = 0;
        int links = 0;
        foreach (AttributePiece piece in file.Names)
        {
            count++;
            if (!FileNameValue.TryRead(piece.Value.Span, out FileNameValue name))
            {
                Add(FindingKind.FileNameInvalid, piece, "its length is not that of its name");
                inspection.Records[file.Number].Flags |= RecordFlags.Damaged;
                continue;
            }

            links += name.Namespace == FileNameValue.NamespaceDos ? 0 : 1;
            CheckName(piece, name);
            Book(file, name);
            if (name.Namespace == FileNameValue.NamespaceDos)
            {
                CheckPair(file, piece, name);
            }
        }

        if (!file.IsIncomplete && file.Base.Header.LinkCount != count)
        {
            inspection.Findings.Add(
                FindingKind.LinkCountWrong, file.Number, file.OffsetBytes,
                $"the link count is {file.Base.Header.LinkCount}, and there are {count} names");
        }

        if (file.Base.Header.IsDirectory && links > 1)
        {
            inspection.Findings.Add(
                FindingKind.DirectoryLinked, file.Number, file.OffsetBytes, $"the directory has {links} names");
        }
    }

    /// <summary>Checks that a name is resident, nameless itself, and marked as indexed.</summary>
    public void CheckForm(AttributePiece piece)
    {
        if (piece.Header.IsNonResident || piece.Header.NameLength > 0)
        {
            Add(FindingKind.AttributeForm, piece, "a $FILE_NAME is resident and has no name itself");
        }
        else if (!piece.IsIndexed)
        {
            Add(FindingKind.FileNameNotIndexed, piece, "it is not marked as indexed");
        }
    }

    private void CheckName(AttributePiece piece, FileNameValue name)
    {
        if (name.Namespace > FileNameValue.NamespaceBoth)
        {
            Add(FindingKind.FileNameInvalid, piece, $"there is no namespace {name.Namespace}");
        }
        else if (!NameRules.HasLegalCharacters(name))
        {
            Add(FindingKind.FileNameInvalid, piece, "it has a character that its namespace forbids");
        }
        else if (name.Namespace is FileNameValue.NamespaceDos or FileNameValue.NamespaceBoth
            && !NameRules.IsShort(name.Name))
        {
            Add(FindingKind.NamespaceInvalid, piece, $"'{Utf16.ToText(name.Name)}' is no 8.3 name");
        }
    }

    private void Book(MftFile file, FileNameValue name)
    {
        ref RecordState state = ref inspection.Records[file.Number];
        bool isDirectory = file.Base.Header.IsDirectory;
        ulong digest = NameDigest.Of(name.Parent, file.Reference, name, isDirectory);
        state.NameBalance = unchecked(state.NameBalance + digest);
        if (isDirectory && file.Number != RootRecord)
        {
            state.Parent = name.Parent.Number;
        }
    }

    private void CheckPair(MftFile file, AttributePiece piece, FileNameValue dosName)
    {
        int partners = 0;
        foreach (AttributePiece other in file.Names)
        {
            bool isPartner = FileNameValue.TryRead(other.Value.Span, out FileNameValue name)
                && name.Namespace == FileNameValue.NamespaceWin32
                && name.Parent == dosName.Parent;
            partners += isPartner ? 1 : 0;
        }

        if (partners != 1 && !file.IsIncomplete)
        {
            Add(FindingKind.DosNameUnpaired, piece, $"{partners} long names belong to it");
        }
    }

    private void Add(FindingKind kind, AttributePiece piece, string observed)
    {
        inspection.Findings.Add(kind, piece.Record, piece.OffsetBytes, $"$FILE_NAME: {observed}");
    }
}

/// <summary>Which characters a name may have.</summary>
internal static class NameRules
{
    private const string ForbiddenInWin32 = "\"*/:<>?\\|";
    private const string ForbiddenInDos = " +,;=[]";
    private const int BaseMax = 8;
    private const int ExtensionMax = 3;

    public static bool HasLegalCharacters(FileNameValue name)
    {
        bool isPosix = name.Namespace == FileNameValue.NamespacePosix;
        for (int i = 0; i < name.Name.Length; i += 2)
        {
            ushort unit = ReadUInt16LittleEndian(name.Name[i..]);
            bool isLegal = isPosix
                ? unit is not 0 and not '/'
                : unit >= ' ' && !ForbiddenInWin32.Contains((char)unit, StringComparison.Ordinal);
            if (!isLegal)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether it is an 8.3 name, in letters of any case: system files have small ones in theirs.</summary>
    public static bool IsShort(ReadOnlySpan<byte> name)
    {
        int length = name.Length / 2;
        int dot = -1;
        for (int i = 0; i < length; i++)
        {
            ushort unit = ReadUInt16LittleEndian(name[(2 * i)..]);
            if (ForbiddenInDos.Contains((char)unit, StringComparison.Ordinal) || (unit == '.' && dot >= 0))
            {
                return false;
            }

            dot = unit == '.' ? i : dot;
        }

        bool isDotAlone = length == 1 && dot == 0;
        int baseLength = dot < 0 ? length : dot;
        int extensionLength = dot < 0 ? 0 : length - dot - 1;
        return isDotAlone || (baseLength is > 0 and <= BaseMax && extensionLength <= ExtensionMax);
    }
}
