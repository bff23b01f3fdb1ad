namespace IscsiMount.Protocol.Names;

/// <summary>The three forms of a name (RFC 7143 §4.2.7.3 to §4.2.7.6).</summary>
/// <remarks>
/// <code>
///   iqn.2026-01.com.example:disks.first    a month in which the domain was its owner's, the domain reversed, anything
///   eui.02004567A425678D                   16 hexadecimal digits
///   naa.52004567BA64678D                   16 or 32 hexadecimal digits
/// </code>
/// </remarks>
internal static class NameGrammar
{
    private const int PrefixLength = 4;
    private const int DateLength = 7;

    /// <summary>What is wrong with a prepared name, or null.</summary>
    public static string? FindProblem(string name)
    {
        string rest = name.Length >= PrefixLength ? name[PrefixLength..] : string.Empty;
        return name[..Math.Min(PrefixLength, name.Length)] switch
        {
            "iqn." => FindProblemOfIqn(rest),
            "eui." => IsHex(rest, 16) ? null : "After 'eui.' a name has 16 hexadecimal digits.",
            "naa." => IsHex(rest, 16) || IsHex(rest, 32)
                ? null : "After 'naa.' a name has 16 or 32 hexadecimal digits.",
            _ => "A name begins with 'iqn.', 'eui.' or 'naa.'.",
        };
    }

    private static string? FindProblemOfIqn(string rest)
    {
        if (rest.Length <= DateLength || !IsMonth(rest[..DateLength]) || rest[DateLength] != '.')
        {
            return "After 'iqn.' a name has a year and a month, as in 'iqn.2026-01.com.example:disk'.";
        }

        string authority = rest[(DateLength + 1)..].Split(':', 2)[0];
        bool isDomain = authority.Split('.').All(label => label.Length > 0);
        return isDomain ? null : "After its month a name has a domain written backwards, as in 'com.example'.";
    }

    private static bool IsMonth(string text)
    {
        bool hasShape = text[4] == '-' && text.Remove(4, 1).All(char.IsAsciiDigit);
        return hasShape && string.CompareOrdinal(text[5..], "01") >= 0 && string.CompareOrdinal(text[5..], "12") <= 0;
    }

    private static bool IsHex(string text, int digits) => text.Length == digits && text.All(char.IsAsciiHexDigit);
}
