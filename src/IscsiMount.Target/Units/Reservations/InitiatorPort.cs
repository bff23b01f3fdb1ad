using IscsiMount.Protocol;

namespace IscsiMount.Target.Units.Reservations;

/// <summary>
/// The initiator's end of a nexus: what a reservation belongs to, over sessions and restarts. Its other end is the one
/// port of the target.
/// </summary>
internal readonly record struct InitiatorPort(string Name, Isid Isid);
