using IscsiMount.Target.Sessions;
using IscsiMount.Target.Units;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Target.Tasks;

/// <summary>What the commands of one session live on.</summary>
internal sealed record TaskRunnerOptions
{
    public required Nexus Nexus { get; init; }

    public required DataOutTerms Terms { get; init; }

    public required CommandSequencer<IOrderedCommand> Sequencer { get; init; }

    public required BufferBudget Budget { get; init; }

    public required ILogger Log { get; init; }
}
