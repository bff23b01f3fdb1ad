using IscsiMount.Initiator.Connections;

namespace IscsiMount.Initiator.Units;

/// <summary>What a logical unit gets from its session.</summary>
internal sealed record UnitSurroundings(
    Connection Connection, CommandRunner Runner, TimeProvider Time, int CommandsInFlightMax);
