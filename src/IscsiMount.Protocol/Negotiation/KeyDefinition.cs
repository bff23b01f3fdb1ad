using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Negotiation;

/// <summary>How an offer and an answer become a value (RFC 7143 §6.2).</summary>
public enum KeyRule
{
    /// <summary>It is told and not answered.</summary>
    Declaration,

    /// <summary>The first value offered that the other side takes.</summary>
    Choice,

    /// <summary>Yes if both say so.</summary>
    BooleanAnd,

    /// <summary>Yes if either says so.</summary>
    BooleanOr,

    /// <summary>The smaller number.</summary>
    Minimum,

    /// <summary>The larger number.</summary>
    Maximum,

    /// <summary>A key of earlier standards: it is always rejected.</summary>
    Obsolete,
}

/// <summary>When a key may be sent (RFC 7143 §13).</summary>
public enum KeyUse
{
    /// <summary>In the login of any connection.</summary>
    Login,

    /// <summary>In the login of the first connection of a session.</summary>
    LeadingLogin,

    /// <summary>In a login and in the full feature phase.</summary>
    Always,

    /// <summary>In the full feature phase only.</summary>
    FullFeature,
}

/// <summary>The stages of a login in which a key may be sent.</summary>
public enum KeyStage
{
    Operational,
    Security,
    Both,
    Neither,
}

/// <summary>What a value holds for.</summary>
public enum KeyScope
{
    Session,
    Connection,
}

/// <summary>The two ends of a connection.</summary>
[Flags]
public enum Party
{
    Initiator = 1,
    Target = 2,
    Both = Initiator | Target,
}

/// <summary>One row of the <see cref="KeyTable"/>: everything that the standard fixes about a key.</summary>
public sealed record KeyDefinition
{
    private const int DefaultValueLengthMax = 255;

    public required string Name { get; init; }

    /// <summary>Where the key is defined, such as <c>RFC 7143 §13.13</c>.</summary>
    public required string Source { get; init; }

    public required KeyRule Rule { get; init; }

    /// <summary>Who may offer or declare it.</summary>
    public Party From { get; init; } = Party.Both;

    public KeyUse Use { get; init; } = KeyUse.LeadingLogin;

    public KeyStage Stage { get; init; } = KeyStage.Operational;

    public KeyScope Scope { get; init; } = KeyScope.Session;

    /// <summary>What holds without an exchange; null if then there is no value at all.</summary>
    public string? Default { get; init; }

    /// <summary>Whether the value is a number from <see cref="Minimum"/> to <see cref="Maximum"/>.</summary>
    public bool IsNumber { get; init; }

    public uint Minimum { get; init; }

    public uint Maximum { get; init; }

    /// <summary>Whether a discovery session has no use for the key, so that it may be answered Irrelevant.</summary>
    public bool IsIrrelevantInDiscovery { get; init; }

    public bool MayRepeat { get; init; }

    /// <summary>Whether the key is younger than RFC 3720, so that a target may honestly not understand it.</summary>
    public bool MayBeUnknown { get; init; }

    /// <summary>Bytes of the value as text.</summary>
    public int ValueLengthMax { get; init; } = DefaultValueLengthMax;

    /// <summary>Whether the key may be sent in this stage of a login.</summary>
    public bool IsAllowedIn(LoginStage stage) => Stage switch
    {
        KeyStage.Both => stage != LoginStage.FullFeaturePhase || Use == KeyUse.Always,
        KeyStage.Security => stage == LoginStage.SecurityNegotiation,
        KeyStage.Operational =>
            stage == LoginStage.LoginOperationalNegotiation
            || (stage == LoginStage.FullFeaturePhase && Use == KeyUse.Always),
        KeyStage.Neither => stage == LoginStage.FullFeaturePhase && Use is KeyUse.FullFeature or KeyUse.Always,
    };

    /// <summary>Whether a value is one that can be offered or declared, by its form and its range.</summary>
    public bool IsAdmissible(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (TextAnswer.IsReserved(value) || System.Text.Encoding.UTF8.GetByteCount(value) > ValueLengthMax)
        {
            return false;
        }

        return Rule switch
        {
            KeyRule.BooleanAnd or KeyRule.BooleanOr => value is TextAnswer.Yes or TextAnswer.No,
            KeyRule.Minimum or KeyRule.Maximum => TextNumber.TryParseRange(value, out ulong first, out ulong last)
                && first >= Minimum && last <= Maximum,
            KeyRule.Declaration => !IsNumber || (TextNumber.TryParse(value, out ulong number)
                && number >= Minimum && number <= Maximum),
            KeyRule.Choice or KeyRule.Obsolete => value.Length > 0,
        };
    }

    /// <summary>The answer to an offer, and unless it is <see cref="TextAnswer.Reject"/> the agreed value.</summary>
    /// <param name="offer">What the other side offered.</param>
    /// <param name="position">What we would offer: a number, a boolean, or the list of what we take.</param>
    public string Answer(string offer, string position)
    {
        Invariant.Holds(Rule != KeyRule.Declaration);
        if (!IsAdmissible(offer))
        {
            return TextAnswer.Reject;
        }

        return Rule switch
        {
            KeyRule.BooleanAnd => offer == TextAnswer.No ? TextAnswer.No : position,
            KeyRule.BooleanOr => offer == TextAnswer.Yes ? TextAnswer.Yes : position,
            KeyRule.Minimum or KeyRule.Maximum => AnswerNumber(offer, position),
            KeyRule.Choice => Choose(offer, position),
            KeyRule.Declaration or KeyRule.Obsolete => TextAnswer.Reject,
        };
    }

    /// <summary>Takes the answer to an offer of ours.</summary>
    /// <returns>The agreed value, or null if there is none and what held before holds on.</returns>
    /// <exception cref="ProtocolViolationException">This is no answer to that offer.</exception>
    public string? Accept(string offer, string answer)
    {
        if (answer == TextAnswer.NotUnderstood)
        {
            Primitives.Rule.Holds(MayBeUnknown, "RFC 7143 §6.2", $"{Name} is not understood");
            return null;
        }

        if (answer is TextAnswer.Reject or TextAnswer.Irrelevant)
        {
            return null;
        }

        Primitives.Rule.Holds(IsAnswer(offer, answer), Source, $"{Name}={answer} is no answer to {offer}");
        return answer;
    }

    private bool IsAnswer(string offer, string answer)
    {
        return Rule switch
        {
            KeyRule.Choice => Array.IndexOf(offer.Split(','), answer) >= 0,
            KeyRule.BooleanAnd => IsAdmissible(answer) && (offer == TextAnswer.Yes || answer == TextAnswer.No),
            KeyRule.BooleanOr => IsAdmissible(answer) && (offer == TextAnswer.No || answer == TextAnswer.Yes),
            KeyRule.Minimum => IsAdmissible(answer) && TextNumber.TryParse(answer, out ulong number)
                && TextNumber.TryParse(offer, out ulong offered) && number <= offered,
            KeyRule.Maximum => IsAdmissible(answer) && TextNumber.TryParse(answer, out ulong number)
                && TextNumber.TryParse(offer, out ulong offered) && number >= offered,
            KeyRule.Declaration or KeyRule.Obsolete => false,
        };
    }

    private string AnswerNumber(string offer, string position)
    {
        Invariant.Holds(TextNumber.TryParse(position, out ulong ours));
        Invariant.Holds(TextNumber.TryParseRange(offer, out ulong first, out ulong last));

        // The rule of the key answers a single number. Of a range, one inside it is to be chosen (RFC 7143 §6.2.2).
        bool isRange = offer.Contains('~', StringComparison.Ordinal);
        ulong value = Rule == KeyRule.Minimum ? Math.Min(ours, last) : Math.Max(ours, first);
        bool isInside = value >= first && value <= last;
        return isRange && !isInside ? TextAnswer.Reject : TextNumber.Format((long)value);
    }

    private static string Choose(string offer, string position)
    {
        string[] taken = position.Split(',');
        foreach (string value in offer.Split(','))
        {
            if (Array.IndexOf(taken, value) >= 0)
            {
                return value;
            }
        }

        return TextAnswer.Reject;
    }
}
