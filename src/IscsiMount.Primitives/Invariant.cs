using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace IscsiMount.Primitives;

/// <summary>What this program owes itself. It is checked in every build.</summary>
public static class Invariant
{
    /// <summary>Stops the unit if the condition does not hold: then the program is wrong, and not its input.</summary>
    /// <exception cref="InvariantViolationException">The condition does not hold.</exception>
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string observed = "")
    {
        if (!condition)
        {
            throw new InvariantViolationException(observed);
        }
    }
}

/// <summary>A bug of this program. It is never handled; the boundary of the unit takes the unit offline.</summary>
public sealed class InvariantViolationException(string condition)
    : Exception($"Broken invariant: {condition}");
