using IscsiMount.Primitives;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Authentication;

/// <summary>The keys of CHAP (RFC 7143 §12.1.3), and the name under which AuthMethod offers it.</summary>
/// <remarks>
/// <code>
///   step   from        keys
///   1      initiator   CHAP_A: numbers of algorithms, the preferred one first
///   2      target      CHAP_A: one of them; CHAP_I, CHAP_C: its challenge
///   3      initiator   CHAP_N, CHAP_R: who it is, and the answer
///                      CHAP_I, CHAP_C: only if the target is to prove itself, too
///   4      target      CHAP_N, CHAP_R: only if it was challenged
/// </code>
/// </remarks>
public static class ChapKey
{
    /// <summary>As AuthMethod has it.</summary>
    public const string Method = "CHAP";

    public const string Algorithm = "CHAP_A";
    public const string Identifier = "CHAP_I";
    public const string Challenge = "CHAP_C";
    public const string Name = "CHAP_N";
    public const string Response = "CHAP_R";

    /// <summary>The values of these keys, which are all that a step consists of.</summary>
    /// <exception cref="ProtocolViolationException">One is missing, comes twice, or does not belong here.</exception>
    public static string[] Take(TextKeys keys, params ReadOnlySpan<string> names)
    {
        ArgumentNullException.ThrowIfNull(keys);
        string[] values = new string[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            string? value = keys.Find(names[i]);
            Rule.Holds(value is not null, "RFC 7143 §12.1.3", $"{names[i]} is missing");
            values[i] = value;
        }

        // Each is there. If one came twice or another one came, there are more of them.
        Rule.Holds(
            keys.Count == names.Length, "RFC 7143 §12.1.3", "a key of CHAP comes twice, or in the wrong step");
        return values;
    }
}
