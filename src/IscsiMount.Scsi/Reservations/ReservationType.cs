namespace IscsiMount.Scsi.Reservations;

/// <summary>What a persistent reservation keeps others from (SPC-4, persistent reservation type).</summary>
public enum ReservationType : byte
{
    WriteExclusive = 1,
    ExclusiveAccess = 3,
    WriteExclusiveRegistrantsOnly = 5,
    ExclusiveAccessRegistrantsOnly = 6,
    WriteExclusiveAllRegistrants = 7,
    ExclusiveAccessAllRegistrants = 8,
}

/// <summary>What follows from the type of a reservation.</summary>
public static class ReservationTypes
{
    /// <summary>Whether others may read.</summary>
    public static bool AllowsReading(this ReservationType type) => type is ReservationType.WriteExclusive
        or ReservationType.WriteExclusiveRegistrantsOnly
        or ReservationType.WriteExclusiveAllRegistrants;

    /// <summary>Whether all that are registered may do what the holder may.</summary>
    public static bool IncludesRegistrants(this ReservationType type) =>
        type is not (ReservationType.WriteExclusive or ReservationType.ExclusiveAccess);

    /// <summary>Whether all that are registered hold it together.</summary>
    public static bool IsHeldByAll(this ReservationType type) => type is ReservationType.WriteExclusiveAllRegistrants
        or ReservationType.ExclusiveAccessAllRegistrants;
}
