using IscsiMount.Primitives;
using IscsiMount.Protocol.Authentication;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Text;
using IscsiMount.Target.Access;

namespace IscsiMount.Target.Login;

/// <summary>How far a proof has come. There are no other cases.</summary>
internal abstract record ChapStep
{
    private ChapStep()
    {
    }

    /// <summary>Send these keys.</summary>
    public sealed record Say(TextKeys Keys) : ChapStep;

    /// <summary>The login has failed.</summary>
    /// <param name="Status">As the initiator is told.</param>
    /// <param name="Reason">As the log is told; nothing secret is in it.</param>
    public sealed record Refuse(LoginStatus Status, string Reason) : ChapStep;
}

/// <summary>The target's half of CHAP in one login (RFC 7143 §12.1.3). The login owns it.</summary>
/// <remarks>
/// <code>
///   step       the initiator sends                 outcome
///   Offer      CHAP_A with one that we have        Say CHAP_A, CHAP_I, CHAP_C
///   Offer      CHAP_A without                      Refuse 0201
///   Answer     CHAP_N, CHAP_R, right               Say nothing; done
///   Answer     the same, CHAP_I, CHAP_C            Say CHAP_N, CHAP_R; done. 0201 if we have no secret for that
///   Answer     wrong name or response              Refuse 0201
///   Answer     a challenge that was ours           Refuse 0201
///   any        keys missing, too many, misplaced   throws ProtocolViolationException, which is 0200
/// </code>
/// </remarks>
internal sealed class TargetChap(TargetAccess access, IscsiName initiator, ChapTerms terms)
{
    private ChapAlgorithm? _algorithm;
    private ChapChallenge? _challenge;

    /// <summary>Who has proved himself, once somebody has.</summary>
    public string? User { get; private set; }

    /// <summary>Takes the keys of CHAP in one text.</summary>
    /// <exception cref="ProtocolViolationException">They are not those that are due.</exception>
    public ChapStep Receive(TextKeys keys)
    {
        Rule.Holds(User is null, "RFC 7143 §12.1.3", "CHAP goes on where all is proved");
        return _challenge is null ? TakeOffer(keys) : TakeAnswer(keys, _challenge);
    }

    private ChapStep TakeOffer(TextKeys keys)
    {
        string offer = ChapKey.Take(keys, ChapKey.Algorithm)[0];
        _algorithm = offer.Split(',').Select(Find).FirstOrDefault(each => each is not null);
        if (_algorithm is null)
        {
            return Fail($"none of the algorithms {offer} is one that we have");
        }

        _challenge = terms.Draw();
        TextKeys question = new() { { ChapKey.Algorithm, ChapAlgorithm.Format([_algorithm]) } };
        _challenge.AddTo(question);
        return new ChapStep.Say(question);
    }

    private ChapStep TakeAnswer(TextKeys keys, ChapChallenge challenge)
    {
        bool isMutual = keys.Find(ChapKey.Identifier) is not null || keys.Find(ChapKey.Challenge) is not null;
        string[] values = isMutual
            ? ChapKey.Take(keys, ChapKey.Name, ChapKey.Response, ChapKey.Identifier, ChapKey.Challenge)
            : ChapKey.Take(keys, ChapKey.Name, ChapKey.Response);
        if (FindProved(values[0], values[1], challenge) is not { } user)
        {
            return Fail($"{initiator} has not proved to be '{values[0]}'");
        }

        if (!isMutual)
        {
            User = user;
            return new ChapStep.Say([]);
        }

        var question = ChapChallenge.Read(values[2], values[3]);
        if (terms.Issued.Contains(question) || question.IsWeak)
        {
            return Fail($"{initiator} asks what we have asked ourselves, or what proves nothing");
        }

        if (access.Own is not { } own)
        {
            return Fail($"{initiator} wants a proof from the target, which has no secret for that");
        }

        Invariant.Holds(_algorithm is not null);
        User = user;
        return new ChapStep.Say(new()
        {
            { ChapKey.Name, own.Name },
            { ChapKey.Response, TextBinary.Format(question.Answer(_algorithm, own.Secret)) },
        });
    }

    // As much is computed for a name that nobody has, so that the time does not tell which names there are.
    private string? FindProved(string name, string response, ChapChallenge challenge)
    {
        Invariant.Holds(_algorithm is not null);
        TargetUser? user = access.Users.FirstOrDefault(each => each.Credential.Name == name);
        ChapSecret secret = (user ?? access.Users[0]).Credential.Secret;
        bool isRight = challenge.IsAnsweredBy(response, _algorithm, secret);
        bool isReflected = access.Own is { } own && challenge.IsAnsweredBy(response, _algorithm, own.Secret);
        return user is not null && isRight && !isReflected && user.Admits(initiator) ? name : null;
    }

    private static ChapAlgorithm? Find(string number) => TextNumber.TryParse(number, out ulong value)
        ? ChapAlgorithm.Supported.FirstOrDefault(each => each.Number == value)
        : null;

    private static ChapStep.Refuse Fail(string reason) => new(LoginStatus.AuthenticationFailure, reason);
}
