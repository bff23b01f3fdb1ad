namespace IscsiMount.Scsi.Reservations;

/// <summary>Asks who reserves a unit, or who may.</summary>
public sealed record ReservationInquiry<TAnswer> : IScsiQuery<TAnswer>
    where TAnswer : IReservationAnswer<TAnswer>
{
    public int AllocationLength { get; init; } = 8192;

    public void WriteCdb(Span<byte> cdb)
    {
        new PersistentReserveIn { Report = TAnswer.Report, AllocationLength = AllocationLength }.WriteCdb(cdb);
    }

    public TAnswer ReadAnswer(ReadOnlySpan<byte> answer) => TAnswer.Read(answer);
}
