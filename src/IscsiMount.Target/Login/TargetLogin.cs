using IscsiMount.Primitives;
using IscsiMount.Protocol.Authentication;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;
using IscsiMount.Target.Sessions;
using IPAddress = System.Net.IPAddress;

namespace IscsiMount.Target.Login;

/// <summary>
/// The target's half of a login: a request goes in, the next step comes out (RFC 7143 §6.3). It never sends, never
/// waits and never looks at a clock. The connection owns it.
/// </summary>
/// <remarks>
/// <code>
///   request                                         step
///   version 0 is not in its range                   Refuse 0205
///   ISID, TSIH, CID or tag differ from the first    Refuse 0200
///   stage is not the one reached, or T or C wrong   Refuse 0200
///   C                                               Respond, empty
///   an answer of ours goes on                       Respond with the next piece
///   first text, InitiatorName missing               Refuse 0207
///   first text, Normal, TargetName missing          Refuse 0207
///   first text, SessionType is neither              Refuse 0209
///   first text, the policy objects                  Refuse 0202, 0203
///   no authentication method that we have           Refuse 0201
///   a proof is wanted, and it is left out or wrong  Refuse 0201; 0207 if its keys do not come
///   all is proved, and the target is elsewhere      Refuse 0101, 0102
///   a key breaks a rule                             Refuse 0200
///   no T                                            Respond in the same stage
///   T, next is Operational                          Respond, T
///   T, next is FullFeature                          Open, then Accept or Reject
///   more requests than a login can need             Refuse 0200
/// </code>
/// </remarks>
/// <param name="options">What is negotiated.</param>
/// <param name="policy">Who may.</param>
/// <param name="chap">What proofs need.</param>
/// <param name="from">The address of the initiator, if it has one.</param>
internal sealed class TargetLogin(
    TargetServerOptions options, ILoginPolicy policy, ChapTerms chap, IPAddress? from = null)
{
    private const string ProofPrefix = "CHAP_";

    // LIMIT: a text of the largest size in the smallest pieces that make sense, and a key for each exchange.
    private const int RequestsMax = 128;

    private static readonly int SegmentLengthMax = KeyTable.Get(KeyName.MaxRecvDataSegmentLength).Default is { } text
        ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;

    private readonly TextAssembler _incoming = new(options.TextSizeMax);
    private readonly TargetNegotiation _negotiation = new(options);
    private readonly Queue<ReadOnlyMemory<byte>> _outgoing = new();
    private LoginRequest _first;
    private LoginRequest _current;
    private LoginStage _stage;
    private IscsiName? _initiator;
    private IscsiName? _target;
    private LoginVerdict _verdict = LoginVerdict.NotFound;
    private TargetChap? _chap;
    private bool _isAnnounced;
    private int _requestCount;

    private bool IsProofWanted => _verdict.Access.Users.Count > 0;

    private bool IsProved => !IsProofWanted || _chap is { User: not null };

    public TargetLoginStep Receive(in LoginRequest request, ReadOnlySpan<byte> segment)
    {
        _current = request;
        _requestCount++;
        if (_requestCount == 1)
        {
            _first = request;
            _stage = request.CurrentStage;
            _negotiation.IsLeading = request.Tsih == 0;
        }

        if (request.VersionMin > 0)
        {
            return Reject(
                LoginStatus.UnsupportedVersion, $"the initiator speaks no version below {request.VersionMin}");
        }

        if (Objection(request, segment.Length) is { } objection)
        {
            return Reject(LoginStatus.InitiatorError, objection);
        }

        try
        {
            return _outgoing.Count > 0 ? Respond() : Negotiate(segment);
        }
        catch (ProtocolViolationException violation)
        {
            return Reject(LoginStatus.InitiatorError, violation.Message);
        }
    }

    /// <summary>The last response of a login that succeeds.</summary>
    /// <param name="tsih">Of the session that the connection is part of now.</param>
    /// <param name="window">Of the session.</param>
    public TargetLoginStep Accept(ushort tsih, IWindow window)
    {
        Invariant.Holds(tsih != 0);
        ReadOnlyMemory<byte> text = _outgoing.Dequeue();
        LoginResponse response = Response(LoginStatus.Success, transit: true, text.Length) with
        {
            Tsih = tsih,
            ExpCmdSN = window.Expected,
            MaxCmdSN = window.Maximum,
        };
        return new TargetLoginStep.Respond(response, text);
    }

    /// <summary>The last response of a login that fails.</summary>
    public TargetLoginStep Reject(LoginStatus status, string reason) => RejectWith([], status, reason);

    private TargetLoginStep.Refuse RejectWith(TextKeys keys, LoginStatus status, string reason)
    {
        byte[] text = keys.Encode();
        return new TargetLoginStep.Refuse(Response(status, transit: false, text.Length), text, reason);
    }

    private string? Objection(in LoginRequest request, int segmentLength)
    {
        bool isSame = (request.Isid, request.Tsih, request.ConnectionId, request.InitiatorTaskTag)
            == (_first.Isid, _first.Tsih, _first.ConnectionId, _first.InitiatorTaskTag);
        bool hasStage =
            request.CurrentStage is LoginStage.SecurityNegotiation or LoginStage.LoginOperationalNegotiation;
        bool hasNextStage =
            request.NextStage is LoginStage.LoginOperationalNegotiation or LoginStage.FullFeaturePhase;
        return (isSame, hasStage && request.CurrentStage == _stage) switch
        {
            (false, _) => "the identifiers of the login changed",
            (_, false) => $"the stage {(int)request.CurrentStage} does not belong here",
            _ when request.Transit && (!hasNextStage || request.NextStage <= request.CurrentStage) =>
                $"the stage {(int)request.NextStage} does not follow {(int)request.CurrentStage}",
            _ when request.Transit && request.Continues => "a text that goes on ends a stage",
            _ when _outgoing.Count > 0 && (segmentLength > 0 || request.Continues) =>
                "a text came where an empty request was due",
            _ when _requestCount > RequestsMax => "the login does not end",
            _ => null,
        };
    }

    private TargetLoginStep Negotiate(ReadOnlySpan<byte> segment)
    {
        if (_incoming.Receive(segment, _current.Continues) is not { } offers)
        {
            return new TargetLoginStep.Respond(Response(LoginStatus.Success, transit: false, 0), default);
        }

        if (_initiator is null && Introduce(offers) is { } stranger)
        {
            return stranger;
        }

        TextKeys proof = [];
        TextKeys answers = _negotiation.Answer(TakeProof(offers, proof), _stage);
        if (answers.Find(KeyName.AuthMethod) == TextAnswer.Reject)
        {
            return Reject(LoginStatus.AuthenticationFailure, "the initiator offers no authentication that we have");
        }

        if (IsProofWanted && Check(proof, answers) is { } failure)
        {
            return failure;
        }

        if (IsProved && _verdict.MovedTo is { } place)
        {
            var address = new TargetAddress(place.Portal, PortalGroupTag: null);
            TextKeys keys = new() { { KeyName.TargetAddress, address.ToWire() } };
            return RejectWith(keys, place.Status, $"{_target} is at {place.Portal}");
        }

        Announce(answers);
        var splitter = new TextSplitter(answers, SegmentLengthMax);
        while (splitter.HasMore)
        {
            _outgoing.Enqueue(splitter.Next());
        }

        return Respond();
    }

    // The first text says who wants what. What else is wrong with it is found when it is negotiated.
    private TargetLoginStep? Introduce(TextKeys offers)
    {
        string? sessionType = offers.Find(KeyName.SessionType);
        if (sessionType is not (null or nameof(SessionType.Normal) or nameof(SessionType.Discovery)))
        {
            return Reject(LoginStatus.SessionTypeNotSupported, "there is no such type of session");
        }

        string? initiatorName = offers.Find(KeyName.InitiatorName);
        string? targetName = offers.Find(KeyName.TargetName);
        if (initiatorName is null || (targetName is null && sessionType != nameof(SessionType.Discovery)))
        {
            return Reject(LoginStatus.MissingParameter, "the initiator does not say who it is or whom it wants");
        }

        if (!IscsiName.TryTake(initiatorName, out _initiator))
        {
            return Reject(LoginStatus.InitiatorError, "the name of the initiator is no iSCSI name");
        }

        // Who types a name in capitals means the same target.
        bool isName = targetName is not null && IscsiName.TryPrepare(targetName, out _target, out _);
        _verdict = targetName is null || isName ? policy.Judge(_initiator, _target, from) : LoginVerdict.NotFound;
        if (!_verdict.Status.IsSuccess)
        {
            return Reject(_verdict.Status, $"{_initiator} asks for {targetName}: {_verdict.Status.Meaning}");
        }

        _negotiation.AuthenticationMethod = IsProofWanted ? ChapKey.Method : TextAnswer.None;
        return null;
    }

    // The keys of a method belong to it, and are no business of the negotiation.
    private TextKeys TakeProof(TextKeys offers, TextKeys proof)
    {
        if (!IsProofWanted || _stage != LoginStage.SecurityNegotiation)
        {
            return offers;
        }

        TextKeys rest = [];
        foreach (TextPair pair in offers)
        {
            (pair.Key.StartsWith(ProofPrefix, StringComparison.Ordinal) ? proof : rest).Add(pair.Key, pair.Value);
        }

        return rest;
    }

    private TargetLoginStep? Check(TextKeys proof, TextKeys answers)
    {
        Invariant.Holds(_initiator is not null);
        bool isChosenNow = answers.Find(KeyName.AuthMethod) == ChapKey.Method;
        _chap = isChosenNow ? new TargetChap(_verdict.Access, _initiator, chap) : _chap;
        if (IsProved && proof.Count == 0)
        {
            return null;
        }

        if (_chap is null)
        {
            bool isLeftOut = _current.Transit || _stage != LoginStage.SecurityNegotiation || proof.Count > 0;
            return isLeftOut
                ? Reject(LoginStatus.AuthenticationFailure, $"{_initiator} leaves out the proof that is wanted")
                : null;
        }

        if (proof.Count == 0)
        {
            return isChosenNow ? null : Reject(LoginStatus.MissingParameter, "the keys of CHAP do not come");
        }

        switch (_chap.Receive(proof))
        {
            case ChapStep.Say say:
                answers.AddRange(say.Keys);
                return null;
            case ChapStep.Refuse refuse:
                return Reject(refuse.Status, refuse.Reason);
            default:
                throw new InvariantViolationException("a step has a name");
        }
    }

    // What the target says of itself, each once.
    private void Announce(TextKeys answers)
    {
        if (!_isAnnounced)
        {
            _isAnnounced = true;
            string group = TextNumber.Format(options.TargetPortalGroupTag);
            _negotiation.Declare(answers, KeyName.TargetPortalGroupTag, group);
            if (_target is not null && _verdict.Alias is { } alias)
            {
                _negotiation.Declare(answers, KeyName.TargetAlias, alias);
            }
        }

        if (_stage == LoginStage.LoginOperationalNegotiation)
        {
            _negotiation.DeclareLength(answers);
        }
    }

    // The stage ends with the last piece of our text, if the initiator wants that still.
    private TargetLoginStep Respond()
    {
        bool isLast = _outgoing.Count == 1;
        bool mayTransit = isLast && IsProved && _current.Transit;
        if (mayTransit && _current is { NextStage: LoginStage.FullFeaturePhase })
        {
            return new TargetLoginStep.Open(new LoginProposal
            {
                InitiatorName = _initiator!,
                InitiatorAlias = _negotiation.FindDeclared(KeyName.InitiatorAlias),
                TargetName = _target,
                User = _chap?.User,
                Parameters = _negotiation.Conclude(),
                Request = _current,
            });
        }

        ReadOnlyMemory<byte> piece = _outgoing.Dequeue();
        LoginResponse response = Response(LoginStatus.Success, mayTransit, piece.Length) with { Continues = !isLast };
        _stage = mayTransit ? _current.NextStage : _stage;
        return new TargetLoginStep.Respond(response, piece);
    }

    private LoginResponse Response(LoginStatus status, bool transit, int textLength) => new()
    {
        Transit = transit,
        Continues = false,
        CurrentStage = _current.CurrentStage,
        NextStage = transit ? _current.NextStage : LoginStage.SecurityNegotiation,
        VersionMax = 0,
        VersionActive = 0,
        DataSegmentLength = textLength,
        Isid = _current.Isid,
        Tsih = _current.Tsih,
        InitiatorTaskTag = _current.InitiatorTaskTag,
        StatSN = default,
        ExpCmdSN = _current.CmdSN,
        MaxCmdSN = new SerialNumber(unchecked(_current.CmdSN.Value + (uint)options.CommandsInFlightMax - 1)),
        Status = status,
    };
}
