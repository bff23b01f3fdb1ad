using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace IscsiMount.Primitives;

/// <summary>What a peer owes us.</summary>
public static class Rule
{
    /// <summary>Faults the connection if the peer broke a rule, in words that are the same whatever was seen.</summary>
    /// <exception cref="ProtocolViolationException">The condition does not hold.</exception>
    public static void Holds([DoesNotReturnIf(false)] bool condition, string citation, string observed)
    {
        if (!condition)
        {
            throw new ProtocolViolationException(citation, observed);
        }
    }

    /// <summary>Faults the connection if the peer broke a rule.</summary>
    /// <param name="condition">What the rule demands.</param>
    /// <param name="citation">The rule, such as <c>RFC 7143 §11.8.4</c>.</param>
    /// <param name="observed">What was seen instead.</param>
    /// <exception cref="ProtocolViolationException">The condition does not hold.</exception>
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition,
        string citation,
        [InterpolatedStringHandlerArgument(nameof(condition))] FaultText observed)
    {
        if (!condition)
        {
            throw new ProtocolViolationException(citation, observed.ToString());
        }
    }
}
