using IscsiMount.Primitives;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Login;

/// <summary>What the keys of one response come to.</summary>
/// <param name="Answers">What we owe to the target.</param>
/// <param name="MethodKeys">Keys in the security stage that are not ours: the method may know them.</param>
/// <param name="AuthMethod">The method that the target chose, if it chose one now.</param>
internal sealed record NegotiationReply(TextKeys Answers, TextKeys MethodKeys, string? AuthMethod);

/// <summary>
/// The initiator's half of the negotiation through all stages of one login (RFC 7143 §6.2, §6.3). The
/// <see cref="LoginMachine"/> owns it.
/// </summary>
internal sealed class InitiatorNegotiation(LoginIdentity identity, LoginOffer offer, string authMethods)
{
    private readonly TextKeys _positions = offer.ToPositions();
    private readonly Dictionary<string, string> _offered = new(StringComparer.Ordinal);
    private readonly HashSet<string> _received = new(StringComparer.Ordinal);
    private readonly NegotiatedValues _values = new();

    /// <summary>The keys of the first request: who we are, whom we want, and how we prove it.</summary>
    public TextKeys FirstKeys()
    {
        TextKeys keys = new() { { KeyName.InitiatorName, identity.InitiatorName.Value } };
        if (identity.InitiatorAlias is { } alias)
        {
            keys.Add(KeyName.InitiatorAlias, alias);
        }

        if (identity.TargetName is { } target)
        {
            keys.Add(KeyName.TargetName, target.Value);
        }

        Declare(keys, KeyName.SessionType, identity.SessionType.ToString());
        Offer(keys, KeyName.AuthMethod, authMethods);
        return keys;
    }

    /// <summary>The keys with which the operational stage begins.</summary>
    public TextKeys Offers()
    {
        TextKeys keys = [];
        foreach (TextPair position in _positions)
        {
            // What the target has asked for already is settled, and a key is negotiated once in a login.
            if (!_received.Contains(position.Key) && IsMeant(KeyTable.Get(position.Key)))
            {
                Offer(keys, position.Key, position.Value);
            }
        }

        Declare(keys, KeyName.MaxRecvDataSegmentLength, TextNumber.Format(offer.MaxRecvDataSegmentLength));
        return keys;
    }

    /// <exception cref="ProtocolViolationException">The target broke a rule of the standard.</exception>
    public NegotiationReply Receive(LoginStage stage, TextKeys keys)
    {
        NegotiationReply reply = new([], [], null);
        foreach (TextPair pair in keys)
        {
            KeyDefinition? key = KeyTable.Find(pair.Key);
            bool isNew = _received.Add(pair.Key);
            Rule.Holds(
                isNew || key is { MayRepeat: true } || IsOfMethod(stage, key),
                "RFC 7143 §6.3", $"the target sends {pair.Key} twice");
            reply = key is null ? ReceiveUnknown(stage, pair, reply) : ReceiveKnown(stage, key, pair.Value, reply);
        }

        return reply;
    }

    /// <summary>What holds now. An offer without an answer has led to nothing, and its default holds.</summary>
    /// <exception cref="ProtocolViolationException">The values exclude each other.</exception>
    public SessionParameters Conclude()
    {
        foreach ((string name, string value) in _offered)
        {
            // The exception: what decides a boolean alone needs no answer (RFC 7143 §6.2.2).
            KeyDefinition key = KeyTable.Get(name);
            if ((key.Rule == KeyRule.BooleanAnd && value == TextAnswer.No)
                || (key.Rule == KeyRule.BooleanOr && value == TextAnswer.Yes))
            {
                _values.Agree(key, value);
            }
        }

        return SessionParameters.Conclude(_values);
    }

    private static bool IsOfMethod(LoginStage stage, KeyDefinition? key) =>
        key is null && stage == LoginStage.SecurityNegotiation;

    private static NegotiationReply ReceiveUnknown(LoginStage stage, TextPair pair, NegotiationReply reply)
    {
        if (stage == LoginStage.SecurityNegotiation)
        {
            reply.MethodKeys.Add(pair.Key, pair.Value);
        }
        else if (!TextAnswer.IsReserved(pair.Value))
        {
            reply.Answers.Add(pair.Key, TextAnswer.NotUnderstood);
        }

        return reply;
    }

    private NegotiationReply ReceiveKnown(LoginStage stage, KeyDefinition key, string value, NegotiationReply reply)
    {
        Rule.Holds(key.IsAllowedIn(stage), "RFC 7143 §6.3", $"the target sends {key.Name} in the stage {stage}");

        if (_offered.Remove(key.Name, out string? offered))
        {
            return TakeAnswer(key, offered, value, reply);
        }

        if (key.Rule == KeyRule.Declaration)
        {
            TakeDeclaration(key, value);
            return reply;
        }

        Rule.Holds(!TextAnswer.IsReserved(value), "RFC 7143 §6.2", $"the target offers {key.Name}={value}");
        Rule.Holds(
            identity.IsLeading || key.Use != KeyUse.LeadingLogin,
            key.Source, $"the target offers {key.Name} on a connection that is not the first");
        reply.Answers.Add(key.Name, AnswerTo(key, value));
        return reply;
    }

    private NegotiationReply TakeAnswer(KeyDefinition key, string offered, string value, NegotiationReply reply)
    {
        string? agreed = key.Accept(offered, value);
        if (agreed is not null)
        {
            _values.Agree(key, agreed);
        }

        return key.Name == KeyName.AuthMethod ? reply with { AuthMethod = value } : reply;
    }

    private void TakeDeclaration(KeyDefinition key, string value)
    {
        // A target may say that a declaration of ours meant nothing to it. Nothing follows from that.
        if (TextAnswer.IsReserved(value))
        {
            return;
        }

        Rule.Holds((key.From & Party.Target) != 0, key.Source, $"the target declares {key.Name}");
        Rule.Holds(key.IsAdmissible(value), key.Source, $"the target declares {key.Name}={value}");
        _values.Declare(Party.Target, key, value);
    }

    private string AnswerTo(KeyDefinition key, string value)
    {
        if (key.Rule == KeyRule.Obsolete)
        {
            return TextAnswer.Reject;
        }

        if (key.IsIrrelevantInDiscovery && identity.SessionType == SessionType.Discovery)
        {
            return TextAnswer.Irrelevant;
        }

        // Keys that we never offer are answered by what holds without a negotiation.
        string answer = key.Answer(value, _positions.Find(key.Name) ?? key.Default ?? TextAnswer.None);
        if (answer != TextAnswer.Reject)
        {
            _values.Agree(key, answer);
        }

        return answer;
    }

    private bool IsMeant(KeyDefinition key)
    {
        bool isOfSession = key.Use != KeyUse.LeadingLogin || identity.IsLeading;
        return isOfSession && !(key.IsIrrelevantInDiscovery && identity.SessionType == SessionType.Discovery);
    }

    private void Offer(TextKeys keys, string name, string value)
    {
        _offered.Add(name, value);
        keys.Add(name, value);
    }

    private void Declare(TextKeys keys, string name, string value)
    {
        _values.Declare(Party.Initiator, KeyTable.Get(name), value);
        keys.Add(name, value);
    }
}
