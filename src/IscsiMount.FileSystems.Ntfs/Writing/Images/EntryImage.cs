using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Layout.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;

namespace IscsiMount.FileSystems.Ntfs.Writing.Images;

/// <summary>One entry of an index as it will stand in a node. Immutable; a change makes another.</summary>
internal sealed class EntryImage
{
    private const int ChildSize = 8;
    private const ushort ChildFlag = 1;
    private const ushort LastFlag = 2;

    // The entry without a child.
    private readonly byte[] _plain;

    private EntryImage(byte[] plain, long? child)
    {
        _plain = plain;
        Child = child;
    }

    /// <summary>The VCN of the block with the keys before this one.</summary>
    public long? Child { get; }

    public bool IsLast => (BinaryPrimitives.ReadUInt16LittleEndian(_plain.AsSpan(0x0C)) & LastFlag) != 0;

    public ReadOnlySpan<byte> Key =>
        _plain.AsSpan(IndexEntryHeader.Size, BinaryPrimitives.ReadUInt16LittleEndian(_plain.AsSpan(0x0A)));

    public FileReference Reference => FileReference.Read(_plain);

    public int Size => _plain.Length + (Child is null ? 0 : ChildSize);

    /// <summary>An entry of a node as it is on the medium.</summary>
    public static EntryImage From(ReadOnlySpan<byte> entry)
    {
        var header = IndexEntryHeader.Read(entry);
        byte[] plain = entry[..(header.Length - (header.HasChild ? ChildSize : 0))].ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(plain.AsSpan(0x08), (ushort)plain.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(plain.AsSpan(0x0C), header.IsLast ? LastFlag : (ushort)0);
        return new EntryImage(plain, header.HasChild ? IndexEntryHeader.ChildVcn(entry) : null);
    }

    /// <summary>An entry of a directory.</summary>
    public static EntryImage OfName(FileReference reference, ReadOnlySpan<byte> key)
    {
        byte[] plain = new byte[(IndexEntryHeader.Size + key.Length + 7) / 8 * 8];
        reference.Write(plain);
        BinaryPrimitives.WriteUInt16LittleEndian(plain.AsSpan(0x08), (ushort)plain.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(plain.AsSpan(0x0A), (ushort)key.Length);
        key.CopyTo(plain.AsSpan(IndexEntryHeader.Size));
        return new EntryImage(plain, null);
    }

    /// <summary>The entry with which every node ends.</summary>
    public static EntryImage Last(long? child = null)
    {
        byte[] plain = new byte[IndexEntryHeader.Size];
        BinaryPrimitives.WriteUInt16LittleEndian(plain.AsSpan(0x08), IndexEntryHeader.Size);
        BinaryPrimitives.WriteUInt16LittleEndian(plain.AsSpan(0x0C), LastFlag);
        return new EntryImage(plain, child);
    }

    public EntryImage WithChild(long? child) => new(_plain, child);

    public void Write(Span<byte> destination)
    {
        _plain.CopyTo(destination);
        if (Child is not { } child)
        {
            return;
        }

        ushort flags = IsLast ? (ushort)(LastFlag | ChildFlag) : ChildFlag;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[0x08..], (ushort)Size);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[0x0C..], flags);
        BinaryPrimitives.WriteInt64LittleEndian(destination[(Size - ChildSize)..], child);
    }
}
