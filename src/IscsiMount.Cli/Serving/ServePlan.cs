using IscsiMount.Protocol.Names;
using IscsiMount.Target.Access;

namespace IscsiMount.Cli.Serving;

/// <summary>What is to be served: everything is checked, and nothing is opened.</summary>
/// <param name="Portals">Where to listen, as it was written; none says nothing about it.</param>
/// <param name="Discovery">Who may ask which targets there are.</param>
/// <param name="Targets">The targets.</param>
internal sealed record ServePlan(
    IReadOnlyList<string> Portals, TargetAccess Discovery, IReadOnlyList<TargetPlan> Targets);

/// <summary>One target that is to be served.</summary>
internal sealed record TargetPlan
{
    public required IscsiName Name { get; init; }

    public string? Alias { get; init; }

    public required IReadOnlyList<LunPlan> Luns { get; init; }

    public TargetAccess Access { get; init; } = TargetAccess.Everyone;

    public TargetRedirect? MovedTo { get; init; }
}

/// <summary>One logical unit that is to be served. Two that are equal are the same one.</summary>
internal sealed record LunPlan(int Lun, LunSource Source, int BlockLength, bool IsReadOnly);
