using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace IscsiMount.Protocol.Names;

/// <summary>
/// The name of an initiator or a target: permanent, worldwide its own, and nothing about where it is. Equal names are
/// equal byte for byte.
/// </summary>
public sealed record IscsiName
{
    /// <summary>Bytes of a name in UTF-8 (RFC 7143 §4.2.7.1).</summary>
    public const int LengthMax = 223;

    private IscsiName(string value) => Value = value;

    /// <summary>The name as on the wire.</summary>
    public string Value { get; }

    /// <summary>
    /// Takes a name that somebody typed: prepares it as the standard wants, which makes capitals small, and accepts
    /// only what the standard allows.
    /// </summary>
    /// <param name="typed">The name.</param>
    /// <param name="name">The prepared name.</param>
    /// <param name="problem">What is wrong with it, as a sentence for the user.</param>
    public static bool TryPrepare(
        string typed, [NotNullWhen(true)] out IscsiName? name, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(typed);

        name = null;
        problem = NamePreparation.TryPrepare(typed, out string prepared) ?? NameGrammar.FindProblem(prepared);
        if (problem is null && Encoding.UTF8.GetByteCount(prepared) > LengthMax)
        {
            problem = $"A name has at most {LengthMax} bytes.";
        }

        if (problem is not null)
        {
            return false;
        }

        name = new IscsiName(prepared);
        return true;
    }

    /// <summary>
    /// Takes a name as a peer gave it. Many targets have names that the standard does not allow, with an underscore for
    /// instance; nobody could log in to them if we were strict. What may not be in any text is refused here too.
    /// </summary>
    public static bool TryTake(string received, [NotNullWhen(true)] out IscsiName? name)
    {
        ArgumentNullException.ThrowIfNull(received);

        bool isUsable = received.Length > 0
            && Encoding.UTF8.GetByteCount(received) <= LengthMax
            && !received.Any(character => char.IsControl(character) || char.IsWhiteSpace(character));
        name = isUsable ? new IscsiName(received) : null;
        return isUsable;
    }

    public override string ToString() => Value;
}
