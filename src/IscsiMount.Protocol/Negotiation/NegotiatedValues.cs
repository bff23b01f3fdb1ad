using IscsiMount.Primitives;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Negotiation;

/// <summary>
/// What has been agreed and declared so far, as text. Either end keeps one while it negotiates, and both hold the same
/// when they are done.
/// </summary>
public sealed class NegotiatedValues
{
    private readonly Dictionary<string, string> _agreed = new(StringComparer.Ordinal);
    private readonly Dictionary<(Party, string), string> _declared = [];

    /// <summary>Keeps the result of an offer and its answer.</summary>
    public void Agree(KeyDefinition key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        Invariant.Holds(key.Rule != KeyRule.Declaration);
        _agreed[key.Name] = value;
    }

    /// <summary>Keeps what one side said about itself.</summary>
    public void Declare(Party from, KeyDefinition key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        Invariant.Holds(key.Rule == KeyRule.Declaration);
        _declared[(from, key.Name)] = value;
    }

    /// <summary>The agreed value, or what the standard says for a key that was not negotiated.</summary>
    public string Get(string name)
    {
        string? value = _agreed.GetValueOrDefault(name) ?? KeyTable.Get(name).Default;
        Invariant.Holds(value is not null);
        return value;
    }

    /// <summary>As <see cref="Get"/>, for numbers.</summary>
    public int GetNumber(string name) => ParseNumber(Get(name));

    /// <summary>As <see cref="Get"/>, for booleans.</summary>
    public bool GetBoolean(string name) => Get(name) == TextAnswer.Yes;

    /// <summary>What a side declared, or null if it did not.</summary>
    public string? FindDeclared(Party from, string name) => _declared.GetValueOrDefault((from, name));

    /// <summary>The number that a side declared, or what the standard says if it did not.</summary>
    public int GetDeclaredNumber(Party from, string name)
    {
        string? value = FindDeclared(from, name) ?? KeyTable.Get(name).Default;
        Invariant.Holds(value is not null);
        return ParseNumber(value);
    }

    private static int ParseNumber(string text)
    {
        Invariant.Holds(TextNumber.TryParse(text, out ulong value));
        return (int)value;
    }
}
