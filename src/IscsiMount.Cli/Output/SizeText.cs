using System.Globalization;

namespace IscsiMount.Cli.Output;

/// <summary>Sizes for people: <c>2.0 GiB</c>.</summary>
internal static class SizeText
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    public static string Format(long? bytes)
    {
        if (bytes is not { } count)
        {
            return "";
        }

        double size = count;
        int unit = 0;
        while (size >= 1024 && unit < Units.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        string form = unit == 0 ? "0" : "0.0";
        return $"{size.ToString(form, CultureInfo.InvariantCulture)} {Units[unit]}";
    }
}
