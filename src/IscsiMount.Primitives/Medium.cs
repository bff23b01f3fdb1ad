using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace IscsiMount.Primitives;

/// <summary>What the content of a disk owes us.</summary>
public static class Medium
{
    /// <summary>Faults the volume if its content contradicts its format.</summary>
    /// <param name="condition">What the format demands.</param>
    /// <param name="structure">The structure by its name in the format, such as <c>$MFT record 24</c>.</param>
    /// <param name="observed">What was seen instead.</param>
    /// <exception cref="DamagedMediumException">The condition does not hold.</exception>
    public static void Holds(
        [DoesNotReturnIf(false)] bool condition,
        [InterpolatedStringHandlerArgument(nameof(condition))] FaultText structure,
        [InterpolatedStringHandlerArgument(nameof(condition))] FaultText observed)
    {
        if (!condition)
        {
            throw new DamagedMediumException(structure.ToString(), observed.ToString());
        }
    }
}
