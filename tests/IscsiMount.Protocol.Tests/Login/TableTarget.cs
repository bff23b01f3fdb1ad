using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Tests.Negotiation;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Tests.Login;

/// <summary>
/// A target for logins only, that answers by the <see cref="KeyTable"/> and plays every game that the standard allows:
/// it takes several exchanges, splits its texts, and asks for keys that nobody offered.
/// </summary>
internal sealed class TableTarget(Random chance)
{
    private readonly NegotiatedValues _values = new();
    private readonly TextAssembler _incoming = new();
    private readonly HashSet<string> _settled = [];
    private readonly Dictionary<string, string> _asked = [];
    private TextSplitter? _outgoing;
    private uint _statSN = (uint)chance.Next();

    public SessionParameters? Parameters { get; private set; }

    public uint LastStatSN => _statSN - 1;

    public (LoginResponse Response, byte[] Text) Receive(LoginRequest request, ReadOnlyMemory<byte> text)
    {
        if (_outgoing is not { HasMore: true })
        {
            TextKeys? keys = _incoming.Receive(text.Span, request.Continues);
            TextKeys answers = keys is null ? [] : AnswerAll(request.CurrentStage, keys);
            _outgoing = new TextSplitter(answers, chance.Next(24, 200));
        }

        byte[] piece = _outgoing.Next().ToArray();
        bool isDone = !_outgoing.HasMore && _asked.Count == 0 && !_incoming.IsIncomplete;
        bool transit = request.Transit && isDone && chance.Next(3) > 0;
        bool isEnd = transit && request.NextStage == LoginStage.FullFeaturePhase;
        Parameters = isEnd ? SessionParameters.Conclude(_values) : null;
        return (Answer(request, piece.Length) with
        {
            Transit = transit,
            Continues = _outgoing.HasMore,
            NextStage = transit ? request.NextStage : LoginStage.SecurityNegotiation,
            Tsih = isEnd ? (ushort)0x11 : request.Tsih,
        }, piece);
    }

    private TextKeys AnswerAll(LoginStage stage, TextKeys keys)
    {
        TextKeys answers = [];
        foreach (TextPair pair in keys)
        {
            KeyDefinition key = KeyTable.Get(pair.Key);
            if (_asked.Remove(pair.Key, out string? asked))
            {
                _values.Agree(key, key.Accept(asked, pair.Value) ?? key.Default!);
                continue;
            }

            _settled.Add(pair.Key);
            Take(key, pair.Value, answers);
        }

        if (stage == LoginStage.LoginOperationalNegotiation)
        {
            Ask(answers);
        }

        return answers;
    }

    private void Take(KeyDefinition key, string value, TextKeys answers)
    {
        if (key.Rule == KeyRule.Declaration)
        {
            _values.Declare(Party.Initiator, key, value);
            return;
        }

        string answer = key.Answer(value, key.Name == KeyName.AuthMethod ? "None" : Positions.Draw(key, chance));
        answers.Add(key.Name, answer);
        if (answer != TextAnswer.Reject && key.Name != KeyName.AuthMethod)
        {
            _values.Agree(key, answer);
        }
    }

    private void Ask(TextKeys answers)
    {
        if (_settled.Add(KeyName.MaxRecvDataSegmentLength + " of target"))
        {
            string length = $"{chance.Next(512, 300_000)}";
            answers.Add(KeyName.MaxRecvDataSegmentLength, length);
            _values.Declare(Party.Target, KeyTable.Get(KeyName.MaxRecvDataSegmentLength), length);
        }

        KeyDefinition key = KeyTable.Get(KeyName.TaskReporting);
        if (chance.Next(2) == 0 && _settled.Add(key.Name))
        {
            _asked[key.Name] = "RFC3720,ResponseFence";
            answers.Add(key.Name, _asked[key.Name]);
        }
    }

    private LoginResponse Answer(LoginRequest request, int length) => new()
    {
        Transit = false,
        Continues = false,
        CurrentStage = request.CurrentStage,
        NextStage = default,
        VersionMax = 0,
        VersionActive = 0,
        DataSegmentLength = length,
        Isid = request.Isid,
        Tsih = request.Tsih,
        InitiatorTaskTag = request.InitiatorTaskTag,
        StatSN = new(_statSN++),
        ExpCmdSN = request.CmdSN,
        MaxCmdSN = new(request.CmdSN.Value + 31),
        Status = LoginStatus.Success,
    };
}
