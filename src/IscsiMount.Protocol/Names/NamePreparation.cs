using System.Globalization;
using System.Text;

namespace IscsiMount.Protocol.Names;

/// <summary>
/// Prepares names for comparison (RFC 3722): folds case, deletes what is invisible, normalises to form KC, and refuses
/// what has no place in a name.
/// </summary>
/// <remarks>
/// RFC 7143 speaks of form C and points to RFC 3722, which demands KC; a string in KC is in C as well, so KC it is. The
/// right-to-left rule of RFC 3454 forbids to mix directions, and every name begins with Latin letters. So it comes down
/// to: no letters that run from right to left.
/// </remarks>
internal static class NamePreparation
{
    /// <summary>What is wrong with a name, or null. Then <paramref name="prepared"/> is ready to be compared.</summary>
    public static string? TryPrepare(string typed, out string prepared)
    {
        prepared = typed;
        if (!IsWellFormed(typed))
        {
            return "The name is not well-formed Unicode.";
        }

        // Folding comes before and after, because normalising can bring capitals up (RFC 3454 table B.2).
        prepared = Fold(Fold(Delete(typed)).Normalize(NormalizationForm.FormKC));
        foreach (Rune rune in prepared.EnumerateRunes())
        {
            if (IsProhibited(rune))
            {
                return $"The name contains U+{rune.Value:X4}; of ASCII it may have a to z, 0 to 9, '-', '.' and ':'.";
            }
        }

        return null;
    }

    private static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (!Rune.TryGetRuneAt(text, i, out _))
            {
                return false;
            }

            i++;
        }

        return true;
    }

    /// <summary>What is mapped to nothing: soft hyphens, joiners, variation selectors (RFC 3454 table B.1).</summary>
    private static string Delete(string text)
    {
        return string.Concat(text.Where(character => character is not (
            '\u00AD' or '\u034F' or '\u1806' or (>= '\u180B' and <= '\u180D') or (>= '\u200B' and <= '\u200D')
            or '\u2060' or (>= '\uFE00' and <= '\uFE0F') or '\uFEFF')));
    }

    private static string Fold(string text)
    {
        // Case folding differs from lower case in few letters; of these the sharp s is the one that people type.
        return text.ToLowerInvariant().Replace("\u00DF", "ss", StringComparison.Ordinal);
    }

    private static bool IsProhibited(Rune rune)
    {
        if (rune.IsAscii)
        {
            return !(Rune.IsLetterOrDigit(rune) || rune.Value is '-' or '.' or ':');
        }

        UnicodeCategory category = Rune.GetUnicodeCategory(rune);
        bool isControl = category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
        return isControl || IsProhibitedByNumber(rune.Value);
    }

    private static bool IsProhibitedByNumber(int value)
    {
        bool isIdeographicDescription = value is >= 0x2FF0 and <= 0x2FFB;
        bool isIdeographicStop = value == 0x3002;
        bool isReplacement = value is 0xFFFC or 0xFFFD;
        bool runsFromRightToLeft = value is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFDFF)
            or (>= 0xFE70 and <= 0xFEFC) or (>= 0x10800 and <= 0x10FFF) or (>= 0x1E800 and <= 0x1EFFF);
        return isIdeographicDescription || isIdeographicStop || isReplacement || runsFromRightToLeft;
    }
}
