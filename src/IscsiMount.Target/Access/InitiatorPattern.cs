using System.Diagnostics.CodeAnalysis;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Target.Access;

/// <summary>The name of an initiator, or the beginning of many: <c>iqn.2026-01.example:lab-*</c>.</summary>
public sealed record InitiatorPattern
{
    private const char Rest = '*';

    private readonly string _name;
    private readonly bool _isBeginning;

    private InitiatorPattern(string name, bool isBeginning)
    {
        _name = name;
        _isBeginning = isBeginning;
    }

    /// <summary>Reads a name as users write it.</summary>
    /// <param name="text">An iSCSI name, or the beginning of one and an asterisk.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="problem">What is wrong with it, as a sentence.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out InitiatorPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        pattern = null;
        problem = null;
        if (text.EndsWith(Rest))
        {
            string beginning = text[..^1].ToLowerInvariant();
            bool isPlain = !beginning.Contains(Rest, StringComparison.Ordinal);
            pattern = isPlain ? new InitiatorPattern(beginning, isBeginning: true) : null;
            problem = isPlain ? null : "An asterisk stands for the rest of a name, so there is one, at the end.";
        }
        else if (IscsiName.TryPrepare(text, out IscsiName? name, out problem))
        {
            pattern = new InitiatorPattern(name.Value, isBeginning: false);
        }

        return pattern is not null;
    }

    public override string ToString() => _isBeginning ? _name + Rest : _name;

    internal bool Matches(IscsiName name) => _isBeginning
        ? name.Value.StartsWith(_name, StringComparison.Ordinal)
        : name.Value == _name;
}
