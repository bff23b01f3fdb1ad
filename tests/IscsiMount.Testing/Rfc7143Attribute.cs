using Xunit.v3;

namespace IscsiMount.Testing;

/// <summary>The sections of RFC 7143 that a test proves, such as <c>11.8.4</c>.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class Rfc7143Attribute(params string[] sections) : Attribute, ITraitAttribute
{
    public IReadOnlyList<string> Sections { get; } = sections;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits()
    {
        return [.. Sections.Select(section => KeyValuePair.Create("RFC 7143", section))];
    }
}
