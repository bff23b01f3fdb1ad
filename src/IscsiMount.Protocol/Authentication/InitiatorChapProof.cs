using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Authentication;

/// <summary>The initiator's half of CHAP in one login (RFC 7143 §12.1.3). The login owns it.</summary>
/// <remarks>
/// <code>
///   step        the target                         we
///   begin       chooses CHAP                       offer the algorithms
///   begin       chooses None                       are done, if that is allowed
///   offered     refuses the algorithms             fail; the next login may offer less
///   answered    cannot read the answer             fail; the next login may offer less
///   offered     chooses one and challenges         answer, and challenge if it is to prove itself
///   answered    its name and a right answer        are done
///   answered    anything else                      fail
///   done        more keys of CHAP                  fail
/// </code>
/// A key that is missing, comes twice or at the wrong time breaks a rule of the standard, and with it the connection.
/// </remarks>
internal sealed class InitiatorChapProof(InitiatorChap chap) : IAuthentication
{
    private readonly IReadOnlyList<ChapAlgorithm> _offer = chap.Offer;
    private Step _step = Step.Begin;
    private ChapAlgorithm? _algorithm;
    private ChapChallenge? _own;

    private enum Step
    {
        Begin,
        Offered,
        Answered,
        Done,
    }

    public string Methods => chap.Options.Methods;

    public bool OffersLessNextTime(LoginStatus? refusal)
    {
        // Targets that do not take the list say that we made a mistake, or that we proved nothing.
        bool isMistake = refusal == LoginStatus.InitiatorError;
        bool isListRefused = _step == Step.Offered
            && (refusal is null || isMistake || refusal == LoginStatus.AuthenticationFailure);

        // COMPAT: tgt and its relatives say 7 and mean SHA-1, find our answer too long and call that a mistake. What
        // they call a failure to authenticate is a wrong secret, and to send it again would only be counted.
        bool isAnswerMisread = _step != Step.Offered
            && _algorithm is not null && _algorithm != ChapAlgorithm.Md5 && isMistake;
        return (isListRefused || isAnswerMisread) && chap.OfferLess(_offer);
    }

    public AuthenticationStep Begin(string method)
    {
        if (method == TextAnswer.None)
        {
            _step = Step.Done;
            return new AuthenticationStep.Satisfied([]);
        }

        Invariant.Holds(method == ChapKey.Method);
        _step = Step.Offered;
        TextKeys keys = new() { { ChapKey.Algorithm, ChapAlgorithm.Format(_offer) } };
        return new AuthenticationStep.Continue(keys, MayTransit: false);
    }

    public AuthenticationStep Receive(TextKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return _step switch
        {
            Step.Offered => ReceiveChallenge(keys),
            Step.Answered => ReceiveProof(keys),
            Step.Begin or Step.Done => new AuthenticationStep.Failed(
                "The target goes on with CHAP where there is nothing left to prove."),
        };
    }

    private AuthenticationStep ReceiveChallenge(TextKeys keys)
    {
        if (keys.Find(ChapKey.Algorithm) is TextAnswer.Reject or TextAnswer.None)
        {
            return new AuthenticationStep.Failed(
                $"The target takes none of the hashes that we offer for CHAP: {string.Join(", ", _offer)}.");
        }

        string[] values = ChapKey.Take(keys, ChapKey.Algorithm, ChapKey.Identifier, ChapKey.Challenge);
        bool isNumber = TextNumber.TryParse(values[0], out ulong number);
        _algorithm = isNumber ? _offer.FirstOrDefault(each => each.Number == number) : null;
        Rule.Holds(_algorithm is not null, "RFC 7143 §12.1.3", $"CHAP_A is {values[0]}, which was not offered");
        if (!chap.Options.Algorithms.Contains(_algorithm))
        {
            return new AuthenticationStep.Failed($"The target knows no better hash for CHAP than {_algorithm}.");
        }

        var challenge = ChapChallenge.Read(values[1], values[2]);
        return chap.ObjectionTo(challenge) is { } objection
            ? new AuthenticationStep.Failed(objection)
            : Answer(challenge, _algorithm);
    }

    private AuthenticationStep Answer(ChapChallenge challenge, ChapAlgorithm algorithm)
    {
        ChapCredential own = chap.Options.Own;
        TextKeys keys = new()
        {
            { ChapKey.Name, own.Name },
            { ChapKey.Response, TextBinary.Format(challenge.Answer(algorithm, own.Secret)) },
        };
        if (chap.Options.OfTarget is null)
        {
            _step = Step.Done;
            return new AuthenticationStep.Satisfied(keys);
        }

        _own = chap.Draw();
        _own.AddTo(keys);
        _step = Step.Answered;
        return new AuthenticationStep.Continue(keys, MayTransit: true);
    }

    private AuthenticationStep ReceiveProof(TextKeys keys)
    {
        Invariant.Holds(_algorithm is not null && _own is not null && chap.Options.OfTarget is not null);
        if (keys.Count == 0)
        {
            return new AuthenticationStep.Failed("The target did not prove itself, which was demanded.");
        }

        string[] values = ChapKey.Take(keys, ChapKey.Name, ChapKey.Response);
        ChapCredential expected = chap.Options.OfTarget;
        if (_own.IsAnsweredBy(values[1], _algorithm, chap.Options.Own.Secret))
        {
            return new AuthenticationStep.Failed("The target answers with our own secret instead of its own.");
        }

        // Both are looked at in any case, so that the time does not tell which of them is wrong.
        bool isAnswered = _own.IsAnsweredBy(values[1], _algorithm, expected.Secret);
        if (!isAnswered || values[0] != expected.Name)
        {
            return new AuthenticationStep.Failed(
                "The target failed to prove itself: its name or its secret is not the expected one.");
        }

        _step = Step.Done;
        return new AuthenticationStep.Satisfied([]);
    }
}
