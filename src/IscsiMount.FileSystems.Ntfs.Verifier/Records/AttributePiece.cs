using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Records;

/// <summary>An attribute in one record: all of it, or one piece of a long run list. Its bounds are right.</summary>
/// <param name="Bytes">The whole attribute, in the buffer of its record.</param>
/// <param name="Header">The part that all attributes have.</param>
/// <param name="Record">The record that holds it, which may be an extension.</param>
/// <param name="OffsetBytes">Where it begins on the volume.</param>
internal readonly record struct AttributePiece(
    ReadOnlyMemory<byte> Bytes, AttributeHeader Header, ulong Record, long OffsetBytes)
{
    public uint Type => Header.Type;

    public ReadOnlySpan<byte> Name => Bytes.Span.Slice(Header.NameOffset, 2 * Header.NameLength);

    /// <summary>Where the piece begins in its stream; zero for what is resident.</summary>
    public ulong FirstVcn => Header.IsNonResident ? NonResident.FirstVcn : 0;

    /// <summary>The rest of the head of a non-resident attribute.</summary>
    public NonResidentHeader NonResident => NonResidentHeader.Read(Bytes.Span);

    /// <summary>Of a resident attribute: whether an index has a copy of it.</summary>
    public bool IsIndexed => Bytes.Span[0x16] == 1;

    /// <summary>The value of a resident attribute.</summary>
    public ReadOnlyMemory<byte> Value => Bytes.Slice(
        ReadUInt16LittleEndian(Bytes.Span[0x14..]), (int)ReadUInt32LittleEndian(Bytes.Span[0x10..]));

    /// <summary>Whether both belong to one stream.</summary>
    public bool IsOfStream(AttributePiece other) => Type == other.Type && Name.SequenceEqual(other.Name);

    public bool IsNamed(string name)
    {
        ReadOnlySpan<byte> units = Name;
        return units.Length == 2 * name.Length && Utf16.Equals(units, name);
    }
}
