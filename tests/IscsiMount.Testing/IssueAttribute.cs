using System.Globalization;
using Xunit.v3;

namespace IscsiMount.Testing;

/// <summary>The reported bug that a test keeps from coming back.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class IssueAttribute(int number) : Attribute, ITraitAttribute
{
    public int Number { get; } = number;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits()
    {
        return [KeyValuePair.Create("Issue", Number.ToString(CultureInfo.InvariantCulture))];
    }
}
