using IscsiMount.Initiator.Sessions;

namespace IscsiMount.Initiator.Units;

/// <summary>What a logical unit gets from its session.</summary>
internal sealed record UnitSurroundings(
    CommandGate Gate, CommandRunner Runner, UnitRegister Units, TimeProvider Time, int CommandsInFlightMax);
