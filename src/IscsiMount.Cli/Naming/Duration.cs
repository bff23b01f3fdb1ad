using System.Globalization;

namespace IscsiMount.Cli.Naming;

/// <summary>A time as users write it: <c>30</c>, <c>1.5s</c>, <c>500ms</c>, <c>2m</c>.</summary>
internal static class Duration
{
    private static readonly (string Suffix, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];

    /// <summary>True for more than nothing and up to a day.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        (string suffix, double seconds) =
            Units.FirstOrDefault(unit => text.EndsWith(unit.Suffix, StringComparison.Ordinal), ("", 1));
        bool isNumber = double.TryParse(
            text.AsSpan(0, text.Length - suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out double number);
        bool isInRange = isNumber && number * seconds is >= 0.001 and <= 86_400;
        duration = isInRange ? TimeSpan.FromSeconds(number * seconds) : default;
        return isInRange;
    }
}
