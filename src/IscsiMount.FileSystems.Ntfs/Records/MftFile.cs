using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Records;

/// <summary>
/// A file as a whole: the attributes of its base record and of those that extend it, in one order. Immutable, but for
/// what is derived from it and kept.
/// </summary>
internal sealed class MftFile
{
    private readonly AttributePiece[] _pieces;
    private IndexTree? _directory;

    /// <param name="record">The base record.</param>
    /// <param name="pieces">All attributes; pieces of one attribute stand together in the order of their VCN.</param>
    public MftFile(MftRecord record, AttributePiece[] pieces)
    {
        Base = record;
        _pieces = pieces;
    }

    public MftRecord Base { get; }

    public ReadOnlySpan<AttributePiece> Pieces => _pieces;

    public bool IsDirectory => (Base.Header.Flags & RecordFlags.Directory) != 0;

    /// <summary>What a caller is told of the file. It is set before anybody else sees this object.</summary>
    public FileProperties Properties { get; init; }

    /// <summary>The index of names of a directory once it has been opened. It is set once and kept.</summary>
    public IndexTree? Directory
    {
        get => Volatile.Read(ref _directory);
        set => Interlocked.CompareExchange(ref _directory, value, null);
    }

    /// <summary>The file of a base record that has no attribute list.</summary>
    public static MftFile Simple(MftRecord record) => new(record, PiecesOf(record));

    public MftFile With(FileProperties properties) => new(Base, _pieces) { Properties = properties };

    /// <summary>All pieces of the attribute of a type and name; none if the file has no such attribute.</summary>
    public ReadOnlyMemory<AttributePiece> Find(AttributeType type, ReadOnlySpan<char> name)
    {
        for (int i = 0; i < _pieces.Length; i++)
        {
            if (_pieces[i].Type == type && NameUnits.AreEqual(_pieces[i].NameUnits, name))
            {
                return _pieces.AsMemory(i, CountFrom(i));
            }
        }

        return default;
    }

    /// <summary>The value of an attribute that has no name and must be resident, or nothing.</summary>
    public ReadOnlyMemory<byte>? FindValue(AttributeType type)
    {
        ReadOnlyMemory<AttributePiece> found = Find(type, []);
        return found.IsEmpty ? null : found.Span[0].Value;
    }

    public StandardInformation ReadStandardInformation()
    {
        ReadOnlyMemory<byte>? value = FindValue(AttributeType.StandardInformation);
        Medium.Holds(value is not null, "FILE record", "it has no $STANDARD_INFORMATION");
        return StandardInformation.Read(value.Value.Span);
    }

    /// <summary>How many pieces belong to the attribute that begins at an index.</summary>
    public int CountFrom(int first)
    {
        // Only a piece of a non-resident attribute is continued; two resident ones are two attributes, such as names.
        int end = first + 1;
        while (end < _pieces.Length && _pieces[end].IsNonResident && _pieces[end].Type == _pieces[first].Type
            && _pieces[end].NonResident.FirstVcn != 0
            && _pieces[end].NameUnits.SequenceEqual(_pieces[first].NameUnits))
        {
            end++;
        }

        return end - first;
    }

    private static AttributePiece[] PiecesOf(MftRecord record)
    {
        ReadOnlySpan<AttributeSlot> slots = record.Slots;
        var pieces = new AttributePiece[slots.Length];
        for (int i = 0; i < slots.Length; i++)
        {
            pieces[i] = new AttributePiece(record, slots[i]);
        }

        return pieces;
    }
}
