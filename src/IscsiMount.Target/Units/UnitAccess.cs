namespace IscsiMount.Target.Units;

/// <summary>
/// What a command does to a unit, as far as the reservation of another initiator lets it or not (SPC-4, commands that
/// are allowed in the presence of reservations).
/// </summary>
internal enum UnitAccess
{
    /// <summary>Nothing that a persistent reservation keeps from anybody.</summary>
    Free,

    /// <summary>It tells who and what the unit is, which even RESERVE (6) keeps from nobody.</summary>
    Identify,

    /// <summary>It reads the medium, or how the unit is set.</summary>
    Read,

    /// <summary>It changes the medium, or how the unit is set.</summary>
    Write,
}
