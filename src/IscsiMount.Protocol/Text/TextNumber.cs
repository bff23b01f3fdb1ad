using System.Globalization;

namespace IscsiMount.Protocol.Text;

/// <summary>Numbers as text: <c>8192</c>, <c>0x2000</c>, and ranges such as <c>512~8192</c> (RFC 7143 §6.1).</summary>
public static class TextNumber
{
    public static string Format(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a decimal number without leading zeros, or a hexadecimal one after 0x or 0X.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ulong value)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        }

        bool isParsed = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        return isParsed && (text.Length == 1 || text[0] != '0');
    }

    /// <summary>Reads a number, which is a range of one, or two numbers with a tilde between them.</summary>
    public static bool TryParseRange(ReadOnlySpan<char> text, out ulong first, out ulong last)
    {
        int tilde = text.IndexOf('~');
        if (tilde >= 0)
        {
            last = 0;
            return TryParse(text[..tilde], out first) && TryParse(text[(tilde + 1)..], out last) && first <= last;
        }

        bool isNumber = TryParse(text, out first);
        last = first;
        return isNumber;
    }
}
