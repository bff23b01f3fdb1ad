using IscsiMount.Protocol.Names;
using IscsiMount.Target.Access;
using IscsiMount.Target.Units;

namespace IscsiMount.Target;

/// <summary>
/// The targets that are served at this moment, and who may ask for them. It is exchanged as a whole, and read on any
/// thread.
/// </summary>
internal sealed class TargetDirectory
{
    private volatile Content _content;

    public TargetDirectory(IEnumerable<TargetNode> targets, TargetAccess discovery)
    {
        _content = new Content(targets, discovery);
    }

    public IReadOnlyCollection<TargetNode> All => _content.Targets.Values;

    /// <summary>Who may ask which targets there are.</summary>
    public TargetAccess Discovery => _content.Discovery;

    public TargetNode? Find(IscsiName name) => _content.Targets.GetValueOrDefault(name);

    public void Replace(IEnumerable<TargetNode> targets, TargetAccess discovery) =>
        _content = new Content(targets, discovery);

    private sealed class Content(IEnumerable<TargetNode> targets, TargetAccess discovery)
    {
        public Dictionary<IscsiName, TargetNode> Targets { get; } = targets.ToDictionary(target => target.Name);

        public TargetAccess Discovery => discovery;
    }
}
