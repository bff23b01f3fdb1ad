using Xunit.v3;

namespace IscsiMount.Testing;

/// <summary>The requirements that a test proves, by their names in <c>docs/conformance/requirements.txt</c>.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class RequirementAttribute(params string[] ids) : Attribute, ITraitAttribute
{
    public IReadOnlyList<string> Ids { get; } = ids;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits()
    {
        return [.. Ids.Select(id => KeyValuePair.Create("Requirement", id))];
    }
}
