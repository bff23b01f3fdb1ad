using IscsiMount.FileSystems.Ntfs.Layout.Records;

namespace IscsiMount.FileSystems.Ntfs.Records;

/// <summary>An attribute of a file, or a part of one that is spread over several records.</summary>
internal readonly record struct AttributePiece(MftRecord Record, AttributeSlot Slot)
{
    public AttributeType Type => Slot.Header.Type;

    public bool IsNonResident => Slot.Header.IsNonResident;

    public AttributeFlags Flags => Slot.Header.Flags;

    public ReadOnlySpan<byte> NameUnits => Record.Name(Slot);

    /// <summary>The value, if it is resident; else the file is damaged.</summary>
    public ReadOnlyMemory<byte> Value => Record.Value(Slot);

    public NonResidentHeader NonResident => NonResidentHeader.Read(Record.Bytes(Slot), Slot.Header.Flags);

    /// <summary>The run list and what stands behind it in the attribute.</summary>
    public ReadOnlySpan<byte> RunListFrom(NonResidentHeader header) => Record.Bytes(Slot)[header.RunListOffset..];
}
