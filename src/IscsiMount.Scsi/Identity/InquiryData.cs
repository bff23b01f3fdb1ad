using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Identity;

// Standard INQUIRY data, SPC-4
//
//        bit 7      6      5      4      3     2     1     0
//      0 | qualifier          | device type                  |
//      1 | RMB  | reserved                                   |
//      2 | version                                           |
//      3 | obs. | obs. | NORMACA | HISUP | data format = 2   |
//      4 | additional length: bytes after this one           |
//      5 | SCCS | obs. | TPGS      | 3PC  | res. | PROTECT   |
//      6 | obs. | ENCSERV | VS | MULTIP | obs.               |
//      7 | obs.                               | CMDQUE | VS  |
//      8 | vendor, 8 characters                              |
//     16 | product, 16 characters                            |
//     32 | revision, 4 characters                            |
//     36 | vendor specific, reserved                         |
//     58 | eight version descriptors                         |
//     74 | reserved                                          |
//     96 +---------------------------------------------------+

/// <summary>What kind of device a logical unit is.</summary>
public sealed record InquiryData : IScsiAnswer
{
    public const int Length = 96;

    private const int LengthMin = 36;
    private const int LengthWithoutText = 5;
    private const int VersionDescriptorsOffset = 58;
    private const int VersionDescriptorCountMax = 8;
    private const string Source = "SPC-4 standard INQUIRY data";

    public Peripheral Peripheral { get; init; }

    public bool IsRemovable { get; init; }

    /// <summary>Of SPC: 05h is SPC-3, 06h is SPC-4.</summary>
    public byte Version { get; init; } = 0x06;

    public bool HasHierarchicalLuns { get; init; } = true;

    /// <summary>Whether paths have states: 0 no, 1 the target sets them, 2 an initiator does, 3 both.</summary>
    public byte TargetPortGroupSupport { get; init; }

    public bool IsThirdPartyCopySupported { get; init; }

    public bool IsProtectionSupported { get; init; }

    public bool HasSeveralPorts { get; init; }

    public bool HasCommandQueue { get; init; } = true;

    public required string Vendor { get; init; }

    public required string Product { get; init; }

    public required string Revision { get; init; }

    /// <summary>The standards that the device claims to follow, up to eight.</summary>
    public ValueList<ushort> VersionDescriptors { get; init; } = [];

    public int WireLength => Length;

    /// <exception cref="ProtocolViolationException">The answer contradicts the standard.</exception>
    public static InquiryData Read(ReadOnlySpan<byte> source)
    {
        Rule.Holds(source.Length >= LengthWithoutText, Source, $"the answer has {source.Length} bytes");

        // COMPAT: a device that is absent may tell no more than its first bytes. What is missing reads as zero.
        byte[] fields = new byte[Length];
        int told = Math.Min(source.Length, LengthWithoutText + source[4]);
        source[..Math.Min(told, Length)].CopyTo(fields);
        var peripheral = Peripheral.Read(fields[0]);
        Rule.Holds(
            told >= LengthMin || peripheral.Qualifier != PeripheralQualifier.Connected,
            Source,
            $"a connected device tells only {told} bytes");

        return new()
        {
            Peripheral = peripheral,
            IsRemovable = (fields[1] & 0x80) != 0,
            Version = fields[2],
            HasHierarchicalLuns = (fields[3] & 0x10) != 0,
            TargetPortGroupSupport = (byte)((fields[5] >> 4) & 0x03),
            IsThirdPartyCopySupported = (fields[5] & 0x08) != 0,
            IsProtectionSupported = (fields[5] & 0x01) != 0,
            HasSeveralPorts = (fields[6] & 0x10) != 0,
            HasCommandQueue = (fields[7] & 0x02) != 0,
            Vendor = AsciiField.Read(fields.AsSpan(8, 8)),
            Product = AsciiField.Read(fields.AsSpan(16, 16)),
            Revision = AsciiField.Read(fields.AsSpan(32, 4)),
            VersionDescriptors = ReadVersionDescriptors(fields.AsSpan(VersionDescriptorsOffset)),
        };
    }

    public void Write(Span<byte> destination)
    {
        Invariant.Holds(destination.Length == Length);
        Invariant.Holds(VersionDescriptors.Count <= VersionDescriptorCountMax);

        destination.Clear();
        destination[0] = Peripheral.ToByte();
        destination[1] = (byte)(IsRemovable ? 0x80 : 0);
        destination[2] = Version;
        destination[3] = (byte)((HasHierarchicalLuns ? 0x10 : 0) | 0x02);
        destination[4] = Length - LengthWithoutText;
        destination[5] = (byte)(((TargetPortGroupSupport & 0x03) << 4)
            | (IsThirdPartyCopySupported ? 0x08 : 0)
            | (IsProtectionSupported ? 0x01 : 0));
        destination[6] = (byte)(HasSeveralPorts ? 0x10 : 0);
        destination[7] = (byte)(HasCommandQueue ? 0x02 : 0);
        AsciiField.Write(destination.Slice(8, 8), Vendor);
        AsciiField.Write(destination.Slice(16, 16), Product);
        AsciiField.Write(destination.Slice(32, 4), Revision);
        for (int i = 0; i < VersionDescriptors.Count; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(
                destination[(VersionDescriptorsOffset + (2 * i))..], VersionDescriptors[i]);
        }
    }

    private static ValueList<ushort> ReadVersionDescriptors(ReadOnlySpan<byte> source)
    {
        var descriptors = new List<ushort>();
        for (int i = 0; i < VersionDescriptorCountMax; i++)
        {
            ushort descriptor = BinaryPrimitives.ReadUInt16BigEndian(source[(2 * i)..]);
            if (descriptor != 0)
            {
                descriptors.Add(descriptor);
            }
        }

        return [.. descriptors];
    }
}
