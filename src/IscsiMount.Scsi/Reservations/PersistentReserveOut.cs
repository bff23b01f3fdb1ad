using System.Buffers.Binary;

namespace IscsiMount.Scsi.Reservations;

// PERSISTENT RESERVE OUT, SPC-4
//
//   CDB       0  5Fh
//             1  service action (4-0)
//             2  scope (7-4) | type (3-0)
//          5..8  parameter list length

/// <summary>
/// Registers, reserves and preempts. Whose key it is about follows as <see cref="ReservationParameters"/>, or with
/// <see cref="ReservationAction.RegisterAndMove"/> as <see cref="MoveParameters"/>.
/// </summary>
public sealed record PersistentReserveOut : ScsiCommand
{
    public required ReservationAction Action { get; init; }

    /// <summary>Zero, which is the whole unit: there is no other any more.</summary>
    public byte Scope { get; init; }

    /// <summary>Means something to actions that make, change or end a reservation.</summary>
    public ReservationType Type { get; init; }

    public int ParameterListLength { get; init; } = ReservationParameters.Length;

    public override CdbField? InvalidField => Enum.IsDefined(Action) ? null : new CdbField(1, 4);

    public static PersistentReserveOut Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.PersistentReserveOut);
        return new()
        {
            Action = (ReservationAction)(cdb[1] & ServiceAction.Mask),
            Scope = (byte)(cdb[2] >> 4),
            Type = (ReservationType)(cdb[2] & 0x0F),
            ParameterListLength = ClampAllocationLength(BinaryPrimitives.ReadUInt32BigEndian(cdb[5..])),
        };
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.PersistentReserveOut;
        cdb[1] = (byte)Action;
        cdb[2] = (byte)((Scope << 4) | (byte)Type);
        BinaryPrimitives.WriteInt32BigEndian(cdb[5..], ParameterListLength);
    }
}

/// <summary>The service actions of PERSISTENT RESERVE OUT.</summary>
public enum ReservationAction : byte
{
    Register = 0,
    Reserve = 1,
    Release = 2,
    Clear = 3,
    Preempt = 4,
    PreemptAndAbort = 5,
    RegisterAndIgnoreExistingKey = 6,
    RegisterAndMove = 7,
}
