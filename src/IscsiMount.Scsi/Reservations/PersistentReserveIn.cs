using System.Buffers.Binary;

namespace IscsiMount.Scsi.Reservations;

// PERSISTENT RESERVE IN, SPC-4
//
//   CDB       0  5Eh
//             1  service action (4-0)
//          7..8  allocation length

/// <summary>
/// The command block that asks who reserves a unit. Initiators ask with <see cref="ReservationInquiry{TAnswer}"/>.
/// </summary>
public sealed record PersistentReserveIn : ScsiCommand
{
    public ReservationReport Report { get; init; }

    /// <summary>At most 65,535.</summary>
    public required int AllocationLength { get; init; }

    public override CdbField? InvalidField => Enum.IsDefined(Report) ? null : new CdbField(1, 4);

    public static PersistentReserveIn Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.PersistentReserveIn);
        return new()
        {
            Report = (ReservationReport)(cdb[1] & ServiceAction.Mask),
            AllocationLength = BinaryPrimitives.ReadUInt16BigEndian(cdb[7..]),
        };
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.PersistentReserveIn;
        cdb[1] = (byte)Report;
        BinaryPrimitives.WriteUInt16BigEndian(cdb[7..], checked((ushort)AllocationLength));
    }
}

/// <summary>What PERSISTENT RESERVE IN can be asked for.</summary>
public enum ReservationReport : byte
{
    Keys = 0,
    Reservation = 1,
    Capabilities = 2,
    FullStatus = 3,
}
