using System.Buffers.Binary;

namespace IscsiMount.Scsi.Identity;

// INQUIRY, SPC-4
//
//   CDB       0  12h
//             1  bit 0: EVPD, a page of vital product data is wanted
//             2  page code
//          3..4  allocation length

/// <summary>
/// The command block of an inquiry. Initiators ask with <see cref="StandardInquiry"/> and
/// <see cref="VitalProductInquiry{TPage}"/>.
/// </summary>
public sealed record Inquiry : ScsiCommand
{
    public bool IsVitalProductPage { get; init; }

    public VitalProductPageCode PageCode { get; init; }

    /// <summary>At most 65,535.</summary>
    public required int AllocationLength { get; init; }

    public override CdbField? InvalidField => !IsVitalProductPage && PageCode != 0 ? new CdbField(2) : null;

    public static Inquiry Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.Inquiry);
        return new()
        {
            IsVitalProductPage = (cdb[1] & 0x01) != 0,
            PageCode = (VitalProductPageCode)cdb[2],
            AllocationLength = BinaryPrimitives.ReadUInt16BigEndian(cdb[3..]),
        };
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.Inquiry;
        cdb[1] = (byte)(IsVitalProductPage ? 0x01 : 0);
        cdb[2] = (byte)PageCode;
        BinaryPrimitives.WriteUInt16BigEndian(cdb[3..], checked((ushort)AllocationLength));
    }
}
