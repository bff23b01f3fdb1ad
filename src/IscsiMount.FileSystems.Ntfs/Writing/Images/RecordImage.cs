using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Images;

/// <summary>
/// A file record that is being changed, in memory of its own. Its attributes stay in the order that the format
/// demands. Whether it still fits into a record is asked when the change is complete.
/// </summary>
internal sealed class RecordImage
{
    // The end marker is four bytes and four of zero, and both count: without them chkdsk corrects the record.
    private const int EndSize = 8;
    private const int HeadWithNumber = 0x30;
    private const int SequenceOffset = 0x10;
    private const int LinkCountOffset = 0x12;
    private const int FlagsOffset = 0x16;
    private const int NextInstanceOffset = 0x28;

    private readonly byte[] _head;
    private readonly RecordFormat _format;
    private readonly List<AttributeImage> _attributes;

    private RecordImage(ulong number, byte[] head, List<AttributeImage> attributes, RecordFormat format)
    {
        Number = number;
        _head = head;
        _attributes = attributes;
        _format = format;
    }

    public ulong Number { get; }

    public IReadOnlyList<AttributeImage> Attributes => _attributes;

    public FileReference Reference => new(Number, Sequence);

    public ushort Sequence
    {
        get => BinaryPrimitives.ReadUInt16LittleEndian(_head.AsSpan(SequenceOffset));
        set => BinaryPrimitives.WriteUInt16LittleEndian(_head.AsSpan(SequenceOffset), value);
    }

    public ushort LinkCount
    {
        get => BinaryPrimitives.ReadUInt16LittleEndian(_head.AsSpan(LinkCountOffset));
        set => BinaryPrimitives.WriteUInt16LittleEndian(_head.AsSpan(LinkCountOffset), value);
    }

    public RecordFlags Flags
    {
        get => (RecordFlags)BinaryPrimitives.ReadUInt16LittleEndian(_head.AsSpan(FlagsOffset));
        set => BinaryPrimitives.WriteUInt16LittleEndian(_head.AsSpan(FlagsOffset), (ushort)value);
    }

    public bool IsDirectory => (Flags & RecordFlags.Directory) != 0;

    public bool Fits => Size <= _format.RecordSize;

    /// <summary>Whether some of the attributes may lie in other records.</summary>
    public bool HasAttributeList => _attributes.Exists(attribute => attribute.Type == AttributeType.AttributeList);

    private int Size => _head.Length + _attributes.Sum(attribute => attribute.Bytes.Length) + EndSize;

    public static RecordImage From(MftRecord record, RecordFormat format)
    {
        var attributes = new List<AttributeImage>(record.Slots.Length);
        foreach (AttributeSlot slot in record.Slots)
        {
            attributes.Add(new AttributeImage(record.Bytes(slot).ToArray()));
        }

        return new RecordImage(record.Number, record.Head.ToArray(), attributes, format);
    }

    /// <summary>A record without attributes, in the place of one that is not in use or was never written.</summary>
    public static RecordImage New(FileReference reference, RecordFlags flags, RecordFormat format, MftRecord? before)
    {
        byte[] head = new byte[UpdateSequence.EndOf(HeadWithNumber, format.RecordSize)];
        RecordHeader.Magic.CopyTo(head);
        UpdateSequence.Place(head, HeadWithNumber, format.RecordSize);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(0x14), (ushort)head.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(0x1C), format.RecordSize);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(0x2C), (uint)reference.Number);
        if (before is not null && before.Head.Length == head.Length)
        {
            // What was last logged and the number of the last protection go on.
            before.Head.Slice(0x08, 8).CopyTo(head.AsSpan(0x08));
            before.Head.Slice(HeadWithNumber, 2).CopyTo(head.AsSpan(HeadWithNumber));
        }

        return new RecordImage(reference.Number, head, [], format)
        {
            Sequence = reference.Sequence,
            Flags = flags,
        };
    }

    public AttributeImage? Find(AttributeType type, ReadOnlySpan<byte> nameUnits = default)
    {
        foreach (AttributeImage attribute in _attributes)
        {
            if (attribute.Is(type, nameUnits))
            {
                return attribute;
            }
        }

        return null;
    }

    /// <summary>Gives an attribute a value in the record. There is one of its type and name at most.</summary>
    public void SetResident(AttributeType type, ReadOnlySpan<byte> nameUnits, ReadOnlySpan<byte> value)
    {
        ushort instance = Take(type, nameUnits);
        Insert(AttributeImage.Resident(new AttributeKey(type, nameUnits, instance), value));
    }

    /// <summary>Gives an attribute clusters of the volume. There is one of its type and name at most.</summary>
    public void SetNonResident(AttributeType type, ReadOnlySpan<byte> nameUnits, StreamShape shape)
    {
        ushort instance = Take(type, nameUnits);
        Insert(AttributeImage.NonResident(new AttributeKey(type, nameUnits, instance), shape));
    }

    /// <summary>Adds a name beside those that the record has.</summary>
    public void AddName(ReadOnlySpan<byte> key) =>
        Insert(AttributeImage.Resident(new AttributeKey(AttributeType.FileName, [], NextInstance()), key));

    public void Remove(AttributeImage attribute) => Invariant.Holds(_attributes.Remove(attribute));

    /// <summary>Puts an attribute in the place of another of the same type and name.</summary>
    public void Replace(AttributeImage old, AttributeImage next)
    {
        int index = _attributes.IndexOf(old);
        Invariant.Holds(index >= 0 && next.Is(old.Type, old.NameUnits));
        _attributes[index] = next.WithInstance(old.Header.Instance);
    }

    /// <summary>The bytes of the record without protection, as long as a record.</summary>
    public byte[] ToBytes()
    {
        Invariant.Holds(Fits);
        byte[] bytes = new byte[_format.RecordSize];
        _head.CopyTo(bytes, 0);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(0x18), Size);
        int at = _head.Length;
        foreach (AttributeImage attribute in _attributes)
        {
            attribute.Bytes.CopyTo(bytes.AsSpan(at));
            at += attribute.Bytes.Length;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), (uint)AttributeType.End);
        return bytes;
    }

    /// <summary>Removes the attribute of a type and name, and gives the instance that its successor has.</summary>
    private ushort Take(AttributeType type, ReadOnlySpan<byte> nameUnits)
    {
        if (Find(type, nameUnits) is not { } old)
        {
            return NextInstance();
        }

        _attributes.Remove(old);
        return old.Header.Instance;
    }

    private ushort NextInstance()
    {
        ushort next = BinaryPrimitives.ReadUInt16LittleEndian(_head.AsSpan(NextInstanceOffset));
        if (next == ushort.MaxValue)
        {
            next = Renumber();
        }

        BinaryPrimitives.WriteUInt16LittleEndian(_head.AsSpan(NextInstanceOffset), (ushort)(next + 1));
        return next;
    }

    /// <summary>Gives the attributes of a record that has seen very many new numbers.</summary>
    private ushort Renumber()
    {
        Invariant.Holds(!HasAttributeList);
        for (int i = 0; i < _attributes.Count; i++)
        {
            _attributes[i] = _attributes[i].WithInstance((ushort)i);
        }

        return (ushort)_attributes.Count;
    }

    private void Insert(AttributeImage attribute)
    {
        int index = 0;
        while (index < _attributes.Count && ComesBefore(_attributes[index], attribute))
        {
            index++;
        }

        _attributes.Insert(index, attribute);
    }

    private bool ComesBefore(AttributeImage left, AttributeImage right)
    {
        if (left.Type != right.Type)
        {
            return left.Type < right.Type;
        }

        return _format.UpCase.Compare(NameUnits.ToString(left.NameUnits), right.NameUnits) <= 0;
    }
}

/// <summary>What a volume demands of its file records.</summary>
/// <param name="RecordSize">Bytes of a record.</param>
/// <param name="UpCase">Orders the names of attributes.</param>
internal sealed record RecordFormat(int RecordSize, UpCaseTable UpCase);
