using System.Globalization;
using System.Text;

namespace IscsiMount.Protocol.Names;

/// <summary>
/// Prepares names for comparison (RFC 3722): folds case, deletes what is invisible, and refuses what has no place in a
/// name or has another normal form.
/// </summary>
/// <remarks>
/// <para>RFC 7143 speaks of form C and points to RFC 3722, which demands KC; a string in KC is in C too, so KC it is.
/// This program runs without the tables of a normalisation, the same on every system. So a character that form KC would
/// replace or combine is refused and not replaced; whoever has such a name types it in its normal form.</para>
/// <para>The right-to-left rule of RFC 3454 forbids to mix directions, and every name begins with Latin letters. So it
/// comes down to: no letters that run from right to left.</para>
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

        prepared = Fold(Delete(typed));
        foreach (Rune rune in prepared.EnumerateRunes())
        {
            if (IsProhibited(rune))
            {
                return $"The name contains U+{rune.Value:X4}; of ASCII it may have a to z, 0 to 9, '-', '.' and ':'.";
            }

            if (HasOtherNormalForm(rune))
            {
                return $"The name contains U+{rune.Value:X4}, which has another normal form (NFKC). Use that form.";
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

    /// <summary>What combines with the letter before it, and the blocks that exist for compatibility.</summary>
    private static bool HasOtherNormalForm(Rune rune)
    {
        UnicodeCategory category = Rune.GetUnicodeCategory(rune);
        bool isMark = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol or UnicodeCategory.OtherNumber
            or UnicodeCategory.LetterNumber;
        bool isLetterForm = rune.Value is 0xAA or 0xBA or 0xB5 or 0x132 or 0x133 or 0x13F or 0x140 or 0x149 or 0x17F
            or (>= 0x1C4 and <= 0x1CC) or (>= 0x1F1 and <= 0x1F3) or (>= 0x3D0 and <= 0x3D6) or 0x587
            or 0xE33 or 0xEB3 or 0xEDC or 0xEDD;
        bool isBlockForCompatibility = rune.Value is (>= 0x1100 and <= 0x11FF) or (>= 0x2000 and <= 0x218F)
            or (>= 0x2460 and <= 0x24FF) or (>= 0x3130 and <= 0x318F) or (>= 0x3200 and <= 0x33FF)
            or (>= 0xF900 and <= 0xFAFF) or (>= 0xFB00 and <= 0xFB1C) or (>= 0xFE10 and <= 0xFE6F)
            or (>= 0xFF00 and <= 0xFFEF) or (>= 0x1D400 and <= 0x1D7FF) or (>= 0x1F100 and <= 0x1F2FF)
            or (>= 0x2F800 and <= 0x2FA1F);
        return isMark || isLetterForm || isBlockForCompatibility;
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
