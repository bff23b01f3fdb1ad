using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;

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
///   a key breaks a rule                             Refuse 0200
///   no T                                            Respond in the same stage
///   T, next is Operational                          Respond, T
///   T, next is FullFeature                          Open, then Accept or Reject
///   more requests than a login can need             Refuse 0200
/// </code>
/// </remarks>
internal sealed class TargetLogin(TargetServerOptions options, ILoginPolicy policy)
{
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
    private int _requestCount;

    public TargetLoginStep Receive(in LoginRequest request, ReadOnlySpan<byte> segment)
    {
        _current = request;
        _requestCount++;
        if (_requestCount == 1)
        {
            _first = request;
            _stage = request.CurrentStage;
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
    public TargetLoginStep Accept(ushort tsih)
    {
        Invariant.Holds(tsih != 0);
        ReadOnlyMemory<byte> text = _outgoing.Dequeue();
        LoginResponse response = Response(LoginStatus.Success, transit: true, text.Length) with { Tsih = tsih };
        return new TargetLoginStep.Respond(response, text);
    }

    /// <summary>The last response of a login that fails.</summary>
    public TargetLoginStep Reject(LoginStatus status, string reason)
    {
        return new TargetLoginStep.Refuse(Response(status, transit: false, 0), reason);
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

        TextKeys answers = _negotiation.Answer(offers, _stage);
        if (answers.Find(KeyName.AuthMethod) == TextAnswer.Reject)
        {
            return Reject(LoginStatus.AuthenticationFailure, "the initiator offers no authentication that we have");
        }

        if (_initiator is null && Introduce(answers) is { } refusal)
        {
            return refusal;
        }

        if (_stage == LoginStage.LoginOperationalNegotiation)
        {
            _negotiation.DeclareLength(answers);
        }

        var splitter = new TextSplitter(answers, SegmentLengthMax);
        while (splitter.HasMore)
        {
            _outgoing.Enqueue(splitter.Next());
        }

        return Respond();
    }

    // The first text says who wants what.
    private TargetLoginStep? Introduce(TextKeys answers)
    {
        if (_negotiation.FindDeclared(KeyName.SessionType) is not (null or "Normal" or "Discovery"))
        {
            return Reject(LoginStatus.SessionTypeNotSupported, "there is no such type of session");
        }

        string? initiatorName = _negotiation.FindDeclared(KeyName.InitiatorName);
        string? targetName = _negotiation.FindDeclared(KeyName.TargetName);
        if (initiatorName is null || (targetName is null && !_negotiation.IsDiscovery))
        {
            return Reject(LoginStatus.MissingParameter, "the initiator does not say who it is or whom it wants");
        }

        if (!IscsiName.TryTake(initiatorName, out _initiator))
        {
            return Reject(LoginStatus.InitiatorError, "the name of the initiator is no iSCSI name");
        }

        // Who types a name in capitals means the same target.
        bool isName = targetName is not null && IscsiName.TryPrepare(targetName, out _target, out _);
        LoginStatus status = targetName is null || isName ? policy.Judge(_initiator, _target) : LoginStatus.NotFound;
        if (!status.IsSuccess)
        {
            return Reject(status, $"{_initiator} asks for {targetName}: {status.Meaning}");
        }

        _negotiation.Declare(answers, KeyName.TargetPortalGroupTag, TextNumber.Format(options.TargetPortalGroupTag));
        if (_target is not null && policy.FindAlias(_target) is { } alias)
        {
            _negotiation.Declare(answers, KeyName.TargetAlias, alias);
        }

        return null;
    }

    // The stage ends with the last piece of our text, if the initiator wants that still.
    private TargetLoginStep Respond()
    {
        bool isLast = _outgoing.Count == 1;
        if (isLast && _current is { Transit: true, NextStage: LoginStage.FullFeaturePhase })
        {
            return new TargetLoginStep.Open(new LoginProposal
            {
                InitiatorName = _initiator!,
                InitiatorAlias = _negotiation.FindDeclared(KeyName.InitiatorAlias),
                TargetName = _target,
                Parameters = _negotiation.Conclude(),
                Request = _current,
            });
        }

        ReadOnlyMemory<byte> piece = _outgoing.Dequeue();
        bool transit = isLast && _current.Transit;
        LoginResponse response = Response(LoginStatus.Success, transit, piece.Length) with { Continues = !isLast };
        _stage = transit ? _current.NextStage : _stage;
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
