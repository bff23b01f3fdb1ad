using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Login;

/// <summary>
/// The initiator's half of a login: a response goes in, the next step comes out. It never sends, never waits and never
/// looks at a clock. The connection owns it.
/// </summary>
/// <remarks>
/// <code>
///   stage         response                        next stage     step
///   any           to a piece of a text: empty     the same       Send (the next piece)
///   any           C                               the same       Send (empty)
///   Security      more to prove                   Security       Send (an answer to the challenge)
///   Security      nothing to prove, not T         Security       Send (empty, with T)
///   Security      T, next = Operational           Operational    Send (our offers)
///   Security      proves too little               done           Unacceptable
///   Operational   not T                           Operational    Send (our answers, with T)
///   Operational   T, next = FullFeature           done           Finished, or Unacceptable without a wanted digest
///   any           status of class 1               done           Redirected
///   Security      a proof is refused that can     done           OfferLess
///                 be made with less
///   any           status is not success           done           Refused
///   any           anything else                   done           throws ProtocolViolationException
/// </code>
/// Every login begins in the security stage, also where nothing is to be proved: all targets know this form.
/// </remarks>
public sealed class LoginMachine
{
    /// <summary>
    /// LIMIT: requests in one login. The standard has some thirty keys, and wants one key in each exchange to be
    /// possible (RFC 7143 §10.3); a text of 64 KiB adds eight.
    /// </summary>
    public const int RoundsMax = 64;

    /// <summary>MaxRecvDataSegmentLength of both sides as long as the login lasts (RFC 7143 §13.12).</summary>
    public const int SegmentLengthMax = 8192;

    private const byte Version = 0;

    private readonly LoginIdentity _identity;
    private readonly LoginOffer _offer;
    private readonly IAuthentication _authentication;
    private readonly InitiatorNegotiation _negotiation;
    private readonly TextAssembler _incoming = new();

    private LoginStage _stage = LoginStage.SecurityNegotiation;
    private AuthenticationStep? _proof;
    private TextSplitter _outgoing = new([], SegmentLengthMax);
    private bool _wantsTransit;
    private bool _askedTransit;
    private SerialNumber _expStatSN;
    private int _rounds;

    public LoginMachine(LoginIdentity identity, LoginOffer offer, IAuthentication authentication)
    {
        ArgumentNullException.ThrowIfNull(authentication);
        _identity = identity;
        _offer = offer;
        _authentication = authentication;
        _negotiation = new InitiatorNegotiation(identity, offer, authentication.Methods);
    }

    private LoginStage NextStage => _stage == LoginStage.SecurityNegotiation
        ? LoginStage.LoginOperationalNegotiation : LoginStage.FullFeaturePhase;

    /// <summary>Whether we are ready to leave the security stage. Without anything to prove we always are.</summary>
    private bool MayTransit => _proof switch
    {
        null => _authentication.Methods == TextAnswer.None,
        AuthenticationStep.Continue more => more.MayTransit,
        _ => true,
    };

    /// <summary>The first request. It asks to leave the stage at once if there is nothing to prove.</summary>
    public LoginStep Start()
    {
        Invariant.Holds(_rounds == 0);
        return Say(_negotiation.FirstKeys(), MayTransit);
    }

    /// <param name="response">The header of the response.</param>
    /// <param name="text">Its data segment.</param>
    /// <exception cref="ProtocolViolationException">The target broke a rule of the standard.</exception>
    public LoginStep Receive(in LoginResponse response, ReadOnlySpan<byte> text)
    {
        Invariant.Holds(response.DataSegmentLength == text.Length);
        if (!response.Status.IsSuccess)
        {
            // COMPAT: the target of Linux (LIO) fills in the status and the tag then, and leaves the ISID at zero.
            return Turn(response.Status, text);
        }

        CheckWhoseItIs(response);
        CheckStage(response);
        _expStatSN = response.StatSN.Next;
        if (_outgoing.HasMore)
        {
            Rule.Holds(text.IsEmpty, "RFC 7143 §6.2", "the target answers before it has the whole text");
            return SayNext();
        }

        TextKeys? keys = _incoming.Receive(text, response.Continues);
        if (keys is null)
        {
            return Say([], transit: false);
        }

        return _stage == LoginStage.SecurityNegotiation
            ? ReceiveSecurity(response, keys)
            : ReceiveOperational(response, keys);
    }

    private LoginStep ReceiveSecurity(in LoginResponse response, TextKeys keys)
    {
        NegotiationReply reply = _negotiation.Receive(_stage, keys);
        if (Prove(reply, response.Transit) is { } failure)
        {
            return failure;
        }

        TextKeys owed = TakeOwed(reply.Answers);
        if (!response.Transit)
        {
            return Say(owed, MayTransit);
        }

        Rule.Holds(
            _proof is AuthenticationStep.Satisfied && owed.Count == 0,
            "RFC 7143 §6.3", "the target leaves the security stage before all is said");
        _stage = LoginStage.LoginOperationalNegotiation;
        return Say(_negotiation.Offers(), transit: true);
    }

    private LoginStep ReceiveOperational(in LoginResponse response, TextKeys keys)
    {
        TextKeys answers = _negotiation.Receive(_stage, keys).Answers;
        if (!response.Transit)
        {
            return Say(answers, transit: true);
        }

        Rule.Holds(answers.Count == 0, "RFC 7143 §6.3", "the target ends the login and asks for more");
        Rule.Holds(
            _identity.IsLeading ? response.Tsih != 0 : response.Tsih == _identity.Tsih,
            "RFC 7143 §11.13.3", $"the session got the TSIH {response.Tsih}");
        return Conclude(response);
    }

    /// <summary>Lets the method see what the target proved.</summary>
    /// <returns>How the login ends, or null if it goes on.</returns>
    private LoginStep? Prove(NegotiationReply reply, bool transit)
    {
        if (_proof is null)
        {
            // A target that leaves the stage and names no method has taken none.
            string? method = reply.AuthMethod ?? (transit ? TextAnswer.None : null);
            if (method is null)
            {
                Rule.Holds(reply.MethodKeys.Count == 0, "RFC 7143 §6.3", "keys come before their method is chosen");
                return null;
            }

            if (!_authentication.Methods.Split(',').Contains(method))
            {
                return NoMethod();
            }

            _proof = _authentication.Begin(method);
        }
        else if (_proof is AuthenticationStep.Continue || reply.MethodKeys.Count > 0)
        {
            _proof = _authentication.Receive(reply.MethodKeys);
        }

        return _proof is AuthenticationStep.Failed failed ? Fail(failed.Reason) : null;
    }

    private LoginStep Fail(string reason) => _authentication.OffersLessNextTime(null)
        ? new LoginStep.OfferLess()
        : new LoginStep.Unacceptable(LoginObjection.Proof, reason);

    /// <summary>What the method has to say, once, and our answers behind it.</summary>
    private TextKeys TakeOwed(TextKeys answers)
    {
        TextKeys owed = [];
        switch (_proof)
        {
            case AuthenticationStep.Continue more:
                owed.AddRange(more.Keys);
                break;

            case AuthenticationStep.Satisfied done:
                owed.AddRange(done.Keys);
                _proof = new AuthenticationStep.Satisfied([]);
                break;
        }

        owed.AddRange(answers);
        return owed;
    }

    private LoginStep Conclude(in LoginResponse response)
    {
        SessionParameters parameters = _negotiation.Conclude();
        if (_offer.HeaderDigest == DigestWish.Require && parameters.HeaderDigest == DigestKind.None)
        {
            return new LoginStep.Unacceptable(
                LoginObjection.Digests, "The target does not protect headers by a digest, which is required.");
        }

        if (_offer.DataDigest == DigestWish.Require && parameters.DataDigest == DigestKind.None)
        {
            return new LoginStep.Unacceptable(
                LoginObjection.Digests, "The target does not protect data by a digest, which is required.");
        }

        return new LoginStep.Finished(new LoginResult
        {
            Parameters = parameters,
            Tsih = response.Tsih,
            CmdSN = _identity.CmdSN,
            ExpCmdSN = response.ExpCmdSN,
            MaxCmdSN = response.MaxCmdSN,
            ExpStatSN = _expStatSN,
        });
    }

    /// <summary>The target turns us away, perhaps to another address.</summary>
    private LoginStep Turn(LoginStatus status, ReadOnlySpan<byte> text)
    {
        if (!status.IsRedirection)
        {
            return Refuse(status);
        }

        string? value = TextKeys.Decode(text).Find(KeyName.TargetAddress);
        if (value is not null && TargetAddress.TryParse(value, out TargetAddress? address))
        {
            return new LoginStep.Redirected(address, status == LoginStatus.TargetMovedPermanently);
        }

        throw new ProtocolViolationException("RFC 7143 §11.13.5", $"the target moved to the address '{value}'");
    }

    private LoginStep Refuse(LoginStatus status)
    {
        if (_stage == LoginStage.SecurityNegotiation && _authentication.OffersLessNextTime(status))
        {
            return new LoginStep.OfferLess();
        }

        // Nothing has been proved yet. What the target refuses is the offer to do so.
        bool isOfMethod = status == LoginStatus.AuthenticationFailure
            && _proof is null && _authentication.Methods != TextAnswer.None;
        return isOfMethod ? NoMethod() : new LoginStep.Refused(status);
    }

    private LoginStep.Unacceptable NoMethod() => new(
        LoginObjection.AuthenticationMethod,
        _authentication.Methods == TextAnswer.None
            ? "The target demands an authentication, and we have none."
            : $"The target does not authenticate by {_authentication.Methods}, which is what we offer.");

    private void CheckWhoseItIs(in LoginResponse response)
    {
        Rule.Holds(
            response.InitiatorTaskTag == _identity.InitiatorTaskTag && response.Isid == _identity.Isid,
            "RFC 7143 §11.13", "a login response answers another request");

        // The TSIH of a new session is not compared: it counts in the last response, and before it means nothing.
        Rule.Holds(
            _identity.IsLeading || response.Tsih == _identity.Tsih,
            "RFC 7143 §11.13.3", $"a login response belongs to the session {response.Tsih}");
        Rule.Holds(
            response.VersionActive == Version,
            "RFC 7143 §11.13.2", $"the target goes on with version {response.VersionActive}");
    }

    private void CheckStage(in LoginResponse response)
    {
        Rule.Holds(
            response.CurrentStage == _stage,
            "RFC 7143 §11.13.6", $"the target is in the stage {response.CurrentStage}");
        Rule.Holds(
            !response.Transit || (_askedTransit && response.NextStage == NextStage),
            "RFC 7143 §11.13.6", $"the target goes on to {response.NextStage} unasked");
    }

    private LoginStep.Send Say(TextKeys keys, bool transit)
    {
        _outgoing = new TextSplitter(keys, SegmentLengthMax);
        _wantsTransit = transit;
        return SayNext();
    }

    private LoginStep.Send SayNext()
    {
        _rounds++;
        Rule.Holds(_rounds <= RoundsMax, "RFC 7143 §10.3", $"the login is not done after {RoundsMax} requests");

        ReadOnlyMemory<byte> text = _outgoing.Next();
        _askedTransit = _wantsTransit && !_outgoing.HasMore;
        var request = new LoginRequest
        {
            Transit = _askedTransit,
            Continues = _outgoing.HasMore,
            CurrentStage = _stage,
            NextStage = _askedTransit ? NextStage : LoginStage.SecurityNegotiation,
            VersionMax = Version,
            VersionMin = Version,
            DataSegmentLength = text.Length,
            Isid = _identity.Isid,
            Tsih = _identity.Tsih,
            InitiatorTaskTag = _identity.InitiatorTaskTag,
            ConnectionId = _identity.ConnectionId,
            CmdSN = _identity.CmdSN,
            ExpStatSN = _expStatSN,
        };
        return new LoginStep.Send(request, text);
    }
}
