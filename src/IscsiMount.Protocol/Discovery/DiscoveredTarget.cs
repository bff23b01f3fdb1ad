using IscsiMount.Protocol.Names;

namespace IscsiMount.Protocol.Discovery;

/// <summary>A target that a portal told of.</summary>
public sealed record DiscoveredTarget
{
    public required IscsiName Name { get; init; }

    /// <summary>Where it is reached. If the target told none, it is reached where it was asked.</summary>
    public IReadOnlyList<TargetAddress> Addresses { get; init; } = [];

    /// <summary>What the target told and we could not read, for the user to see.</summary>
    public IReadOnlyList<string> UnreadableAddresses { get; init; } = [];
}
