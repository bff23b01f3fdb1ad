using IscsiMount.Protocol.Names;
using IscsiMount.Target.Login;
using IscsiMount.Target.Sessions;
using IscsiMount.Target.Tasks;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Target.Connections;

/// <summary>What all connections of a server share.</summary>
internal sealed record ConnectionContext
{
    public required TargetServerOptions Options { get; init; }

    public required ILoginPolicy Policy { get; init; }

    public required ChapTerms Chap { get; init; }

    public required SessionTable Sessions { get; init; }

    public required TargetDirectory Targets { get; init; }

    public required BufferBudget Budget { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>Where the targets can be reached, as seen from a connection with this local name.</summary>
    public required Func<string, IReadOnlyList<TargetAddress>> AddressesSeenFrom { get; init; }
}
