using System.Globalization;

namespace IscsiMount.Cli.Serving;

/// <summary>
/// A size as users write it: <c>512M</c>, <c>2G</c>, <c>1.5GiB</c>, <c>1048576</c>. Units are of 1024.
/// </summary>
internal static class SizeArgument
{
    private const string Units = "KMGTP";

    /// <summary>True for more than nothing, and less than an exabyte.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        string number = text.Trim();
        foreach (string suffix in (string[])["iB", "B"])
        {
            number = number.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) ? number[..^suffix.Length] : number;
        }

        int unit = number.Length == 0 ? -1 : Units.IndexOf(char.ToUpperInvariant(number[^1]), StringComparison.Ordinal);
        double factor = Math.Pow(1024, unit + 1);
        bool isNumber = double.TryParse(
            unit < 0 ? number : number[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out double count);
        bool isInRange = isNumber && count * factor is >= 1 and < 1e18;
        bytes = isInRange ? (long)(count * factor) : 0;
        return isInRange;
    }
}
