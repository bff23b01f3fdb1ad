using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Records;

/// <summary>
/// One record of $MFT, checked and immutable: its bytes without fix-ups, and where its attributes lie.
/// </summary>
internal sealed class MftRecord
{
    private readonly byte[] _bytes;
    private readonly AttributeSlot[] _slots;
    private MftFile? _file;

    private MftRecord(ulong number, RecordHeader header, byte[] bytes, AttributeSlot[] slots)
    {
        Number = number;
        Header = header;
        _bytes = bytes;
        _slots = slots;
    }

    public ulong Number { get; }

    public RecordHeader Header { get; }

    public FileReference Reference => new(Number, Header.Sequence);

    public bool IsInUse => (Header.Flags & RecordFlags.InUse) != 0;

    public bool IsBase => Header.BaseRecord.Value == 0;

    public ReadOnlySpan<AttributeSlot> Slots => _slots;

    /// <summary>About the memory that this object takes.</summary>
    public int Footprint => _bytes.Length + (_slots.Length * 32) + 160;

    /// <summary>The file of a base record once it has been put together. It is set once and kept.</summary>
    public MftFile? File
    {
        get => Volatile.Read(ref _file);
        set => Interlocked.CompareExchange(ref _file, value, null);
    }

    /// <summary>Whether the bytes claim to be a record. Unused ones may be all zero.</summary>
    public static bool IsSigned(ReadOnlySpan<byte> raw) => raw.StartsWith(RecordHeader.Magic);

    /// <summary>Reads a record from its bytes on the medium, in which the fix-ups are undone in place.</summary>
    /// <exception cref="DamagedMediumException">The record is torn or contradicts itself.</exception>
    public static MftRecord Read(ulong number, Span<byte> raw)
    {
        const string Structure = "FILE record";
        Medium.Holds(IsSigned(raw), Structure, "the signature is missing");
        Medium.Holds(UpdateSequence.TryUndo(raw), Structure, "a write to it was torn");
        RecordHeader header = RecordHeader.Read(raw);
        byte[] bytes = raw[..header.BytesInUse].ToArray();

        var slots = new List<AttributeSlot>(8);
        int offset = header.FirstAttribute;
        while (!IsEnd(bytes, offset))
        {
            var attribute = AttributeHeader.Read(bytes.AsSpan(offset));
            slots.Add(new AttributeSlot(offset, attribute));
            offset += attribute.Length;
        }

        return new MftRecord(number, header, bytes, [.. slots]);
    }

    /// <summary>What stands before the first attribute, the array of fix-ups included.</summary>
    public ReadOnlySpan<byte> Head => _bytes.AsSpan(0, Header.FirstAttribute);

    public ReadOnlySpan<byte> Bytes(AttributeSlot slot) => _bytes.AsSpan(slot.Offset, slot.Header.Length);

    /// <summary>The value of a resident attribute.</summary>
    public ReadOnlyMemory<byte> Value(AttributeSlot slot)
    {
        Medium.Holds(!slot.Header.IsNonResident, "attribute", "it should be resident");
        var header = ResidentHeader.Read(Bytes(slot));
        return _bytes.AsMemory(slot.Offset + header.ValueOffset, header.ValueLength);
    }

    /// <summary>The units of the name of an attribute, little-endian.</summary>
    public ReadOnlySpan<byte> Name(AttributeSlot slot) =>
        slot.Header.NameLength == 0 ? [] : Bytes(slot).Slice(slot.Header.NameOffset, slot.Header.NameLength * 2);

    private static bool IsEnd(byte[] bytes, int offset)
    {
        Medium.Holds(offset + 4 <= bytes.Length, "FILE record", "its attributes have no end");
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset)) == (uint)AttributeType.End;
    }
}

/// <summary>Where an attribute lies in its record.</summary>
internal readonly record struct AttributeSlot(int Offset, AttributeHeader Header);
