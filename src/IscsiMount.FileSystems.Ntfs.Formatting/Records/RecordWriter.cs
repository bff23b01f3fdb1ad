using System.Buffers.Binary;
using System.Text;
using IscsiMount.FileSystems.Ntfs.Formatting.Planning;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Records;

// FILE record                                 Attribute
//
//   00  4  "FILE"                              00  4  type                  resident
//   04  4  array of the protection             04  4  length                10  4  length of the value
//   10  2  sequence number                     08  1  1 = non-resident      14  2  offset of the value
//   12  2  link count                          09  1  units of the name     16  1  1 = indexed
//   14  2  offset of attributes                0A  2  offset of the name
//   16  2  flags                               0E  2  instance              non-resident
//   18  4  bytes in use                                                     10  8  first VCN
//   1C  4  bytes allocated                                                  18  8  last VCN
//   28  2  next instance                                                    20  2  offset of runs
//   2C  4  record number                                                    28 24  allocated, data, initialized size
//   30     array                                                            40     name, then runs

/// <summary>Writes one file record, attribute for attribute in the order of their types.</summary>
internal sealed class RecordWriter
{
    private const int ArrayOffset = 0x30;
    private const int ResidentHeaderLength = 0x18;
    private const int NonResidentHeaderLength = 0x40;
    private const int EndLength = 8;

    private readonly byte[] _record;
    private int _position;
    private ushort _instance;
    private ushort _linkCount;

    public RecordWriter(int number, int recordSize)
    {
        _record = new byte[recordSize];
        "FILE"u8.CopyTo(_record);
        _position = Align(ArrayOffset + (2 * Protection.Count(recordSize)));
        ushort sequence = number < FirstFreeNumber ? (ushort)Math.Max(number, 1) : (ushort)1;
        BinaryPrimitives.WriteUInt16LittleEndian(_record.AsSpan(0x10), sequence);
        BinaryPrimitives.WriteUInt16LittleEndian(_record.AsSpan(0x14), (ushort)_position);
        BinaryPrimitives.WriteInt32LittleEndian(_record.AsSpan(0x1C), recordSize);
        BinaryPrimitives.WriteInt32LittleEndian(_record.AsSpan(0x2C), number);
        Number = number;
        Sequence = sequence;
    }

    /// <summary>Below, the sequence of a record is its number.</summary>
    public const int FirstFreeNumber = 24;

    public int Number { get; }

    public ushort Sequence { get; }

    /// <summary>Number and sequence as one word.</summary>
    public ulong Reference => (uint)Number | ((ulong)Sequence << 48);

    public void AddResident(uint type, string name, ReadOnlySpan<byte> value, bool isIndexed = false)
    {
        int valueOffset = Align(ResidentHeaderLength + (2 * name.Length));
        Span<byte> attribute = Add(type, name, ResidentHeaderLength, Align(valueOffset + value.Length));
        BinaryPrimitives.WriteInt32LittleEndian(attribute[0x10..], value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute[0x14..], (ushort)valueOffset);
        attribute[0x16] = isIndexed ? (byte)1 : (byte)0;
        value.CopyTo(attribute[valueOffset..]);
        _linkCount += isIndexed ? (ushort)1 : (ushort)0;
    }

    /// <summary>A stream that lies in one area and is written as a whole.</summary>
    public void AddInArea(uint type, string name, Area area, int clusterSize)
    {
        ulong allocated = area.ClusterCount * (ulong)clusterSize;
        AddRun(type, name, RunList.Of(area.Lcn, area.ClusterCount), (allocated, area.Size, area.Size));
    }

    /// <summary>A stream of one hole, nothing of which was ever written.</summary>
    public void AddHole(uint type, string name, ulong clusterCount, int clusterSize)
    {
        ulong size = clusterCount * (ulong)clusterSize;
        AddRun(type, name, RunList.OfHole(clusterCount), (size, size, 0));
    }

    /// <summary>Ends the attributes and protects the record.</summary>
    /// <param name="flags">1 in use, 2 directory, 4 in $Extend, 8 view index.</param>
    public byte[] Finish(ushort flags)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_record.AsSpan(_position), uint.MaxValue);
        BinaryPrimitives.WriteUInt16LittleEndian(_record.AsSpan(0x12), _linkCount);
        BinaryPrimitives.WriteUInt16LittleEndian(_record.AsSpan(0x16), flags);
        BinaryPrimitives.WriteInt32LittleEndian(_record.AsSpan(0x18), _position + EndLength);
        BinaryPrimitives.WriteUInt16LittleEndian(_record.AsSpan(0x28), _instance);
        Protection.Apply(_record, ArrayOffset);
        return _record;
    }

    private void AddRun(uint type, string name, byte[] runs, (ulong Allocated, ulong Data, ulong Initialized) sizes)
    {
        int runsOffset = Align(NonResidentHeaderLength + (2 * name.Length));
        Span<byte> attribute = Add(type, name, NonResidentHeaderLength, Align(runsOffset + runs.Length));
        attribute[0x08] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(attribute[0x18..], RunList.CountOf(runs) - 1);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute[0x20..], (ushort)runsOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(attribute[0x28..], sizes.Allocated);
        BinaryPrimitives.WriteUInt64LittleEndian(attribute[0x30..], sizes.Data);
        BinaryPrimitives.WriteUInt64LittleEndian(attribute[0x38..], sizes.Initialized);
        runs.CopyTo(attribute[runsOffset..]);
    }

    private Span<byte> Add(uint type, string name, int nameOffset, int length)
    {
        Invariant.Holds(_position + length + EndLength <= _record.Length);
        Span<byte> attribute = _record.AsSpan(_position, length);
        BinaryPrimitives.WriteUInt32LittleEndian(attribute, type);
        BinaryPrimitives.WriteInt32LittleEndian(attribute[0x04..], length);
        attribute[0x09] = (byte)name.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(attribute[0x0A..], (ushort)nameOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute[0x0E..], _instance);
        Encoding.Unicode.GetBytes(name, attribute[nameOffset..]);
        _position += length;
        _instance++;
        return attribute;
    }

    private static int Align(int offset) => (offset + 7) / 8 * 8;
}
