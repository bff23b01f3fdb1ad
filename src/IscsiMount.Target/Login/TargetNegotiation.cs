using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Target.Login;

/// <summary>
/// The target's answers to the keys of an initiator (RFC 7143 §6.2, §13). It negotiates one login and keeps what was
/// agreed. The login owns it.
/// </summary>
/// <remarks>
/// <code>
///   key                                     answer
///   unknown, or private                     NotUnderstood
///   a declaration                           none; a bad value ends the login
///   of no meaning in a discovery session    Irrelevant
///   negotiated                              by the rule of its row in the key table
///   given before, in the wrong stage, or    none; the login ends
///   not the initiator's to give
/// </code>
/// </remarks>
internal sealed class TargetNegotiation(TargetServerOptions options)
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly NegotiatedValues _values = new();
    private bool _hasDeclaredLength;

    /// <summary>The one method that the target takes, for whoever has logged in so far.</summary>
    public string AuthenticationMethod { get; set; } = TextAnswer.None;

    /// <summary>Whether this is the first connection of a session, where what holds for all of it is settled.</summary>
    public bool IsLeading { get; set; } = true;

    /// <summary>The value that the initiator declared, if it did.</summary>
    public string? FindDeclared(string key) => _values.FindDeclared(Party.Initiator, key);

    /// <summary>Whether this is a discovery session, as far as was told.</summary>
    public bool IsDiscovery => FindDeclared(KeyName.SessionType) == nameof(SessionType.Discovery);

    /// <summary>Answers the keys of one text.</summary>
    /// <exception cref="ProtocolViolationException">A key breaks a rule, and with it the login.</exception>
    public TextKeys Answer(TextKeys offers, LoginStage stage)
    {
        TextKeys answers = [];

        // Other answers depend on what kind of session it is, and the order of keys means nothing.
        DeclareFirst(offers, KeyName.SessionType);
        foreach (TextPair offer in offers)
        {
            KeyDefinition? key = KeyTable.Find(offer.Key);
            bool isNew = _seen.Add(offer.Key);
            Rule.Holds(isNew || key is { MayRepeat: true }, "RFC 7143 §6.3", $"{offer.Key} comes twice");
            if (key is null || key.Name == KeyName.NodeArchitecture)
            {
                answers.Add(offer.Key, TextAnswer.NotUnderstood);
                continue;
            }

            Rule.Holds(
                key.From.HasFlag(Party.Initiator) && key.IsAllowedIn(stage) && stage != LoginStage.FullFeaturePhase,
                key.Source, $"{key.Name} may not be given here");
            Rule.Holds(
                IsLeading || key.Use != KeyUse.LeadingLogin || key.Name == KeyName.SessionType,
                key.Source, $"{key.Name} was settled on the first connection of the session");
            Take(key, offer.Value, offers, answers);
        }

        return answers;
    }

    /// <summary>Adds what the target says of itself.</summary>
    public void Declare(TextKeys answers, string key, string value)
    {
        _values.Declare(Party.Target, KeyTable.Get(key), value);
        answers.Add(key, value);
    }

    /// <summary>Says once, in the stage where it belongs, how much the target accepts.</summary>
    public void DeclareLength(TextKeys answers)
    {
        if (!_hasDeclaredLength)
        {
            _hasDeclaredLength = true;
            Declare(answers, KeyName.MaxRecvDataSegmentLength, TextNumber.Format(options.MaxRecvDataSegmentLength));
        }
    }

    /// <exception cref="ProtocolViolationException">The agreed values exclude each other.</exception>
    public SessionParameters Conclude() => SessionParameters.Conclude(_values);

    private void DeclareFirst(TextKeys offers, string key)
    {
        if (offers.Find(key) is { } value && KeyTable.Get(key).IsAdmissible(value))
        {
            _values.Declare(Party.Initiator, KeyTable.Get(key), value);
        }
    }

    private void Take(KeyDefinition key, string value, TextKeys offers, TextKeys answers)
    {
        if (key.Rule == KeyRule.Declaration)
        {
            Rule.Holds(key.IsAdmissible(value), key.Source, $"{key.Name} has the value {value}");
            _values.Declare(Party.Initiator, key, value);
            return;
        }

        if (IsDiscovery && key.IsIrrelevantInDiscovery)
        {
            answers.Add(key.Name, TextAnswer.Irrelevant);
            return;
        }

        string answer = key.Answer(value, Position(key.Name, offers));
        answers.Add(key.Name, answer);
        if (answer != TextAnswer.Reject)
        {
            _values.Agree(key, answer);
        }
    }

    // What we would offer ourselves: numbers as large as we take, lists of what we take.
    private string Position(string key, TextKeys offers) => key switch
    {
        KeyName.AuthMethod => AuthenticationMethod,
        KeyName.HeaderDigest or KeyName.DataDigest => "CRC32C,None",
        KeyName.MaxBurstLength => TextNumber.Format(options.MaxBurstLength),
        KeyName.FirstBurstLength => TextNumber.Format(Math.Min(options.FirstBurstLength, MaxBurstOf(offers))),
        KeyName.MaxOutstandingR2T => TextNumber.Format(LevelOf(offers) > 0 ? 1 : options.MaxOutstandingR2T),
        KeyName.ImmediateData => TextAnswer.Yes,
        KeyName.InitialR2T => TextAnswer.No,

        // Data is taken in order only, and nothing is kept beyond a lost connection.
        KeyName.DataPDUInOrder or KeyName.DataSequenceInOrder => TextAnswer.Yes,
        KeyName.DefaultTime2Wait or KeyName.DefaultTime2Retain => "0",
        KeyName.ErrorRecoveryLevel => TextNumber.Format(RecoveryLevel),
        KeyName.MaxConnections => TextNumber.Format(options.ConnectionsPerSessionMax),
        KeyName.ProtocolLevel => "1",
        KeyName.TaskReporting => "RFC3720",
        _ => TextAnswer.Reject,
    };

    // With sequences in order, recovery and several requests at once exclude each other (RFC 7143 §13.19).
    private int RecoveryLevel =>
        IsDiscovery || _values.GetNumber(KeyName.MaxOutstandingR2T) > 1 ? 0 : options.ErrorRecoveryLevel;

    private int LevelOf(TextKeys offers) =>
        TextNumber.TryParse(offers.Find(KeyName.ErrorRecoveryLevel), out ulong offered)
            ? (int)Math.Min(offered, (ulong)RecoveryLevel)
            : _values.GetNumber(KeyName.ErrorRecoveryLevel);

    // A first burst never exceeds a burst, whichever of the two the initiator names first (RFC 7143 §13.14).
    private int MaxBurstOf(TextKeys offers)
    {
        return TextNumber.TryParse(offers.Find(KeyName.MaxBurstLength), out ulong offered)
            ? (int)Math.Min(offered, (ulong)options.MaxBurstLength)
            : _values.GetNumber(KeyName.MaxBurstLength);
    }
}
