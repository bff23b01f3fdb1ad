using System.Buffers.Binary;
using System.Text;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Transport;
using IscsiMount.Transport.Framing;
using IscsiMount.Transport.Memory;
using Xunit;

namespace IscsiMount.Testing.Peers;

/// <summary>A PDU that an initiator sent, as the script of a test sees it.</summary>
public sealed record SentPdu(byte[] Header, byte[] Data)
{
    public byte Opcode => (byte)(Header[0] & 0x3F);

    public uint InitiatorTaskTag => BinaryPrimitives.ReadUInt32BigEndian(Header.AsSpan(16));

    /// <summary>The whole header as a value. The test fails if it is of another kind.</summary>
    public TPdu As<TPdu>()
        where TPdu : struct, IPdu<TPdu> => TPdu.Read(Header);
}

/// <summary>
/// A target that says what a test tells it to, well or badly, and shows what the initiator sends. It runs on the thread
/// of the test: each step waits for what it names, and fails after a while.
/// </summary>
public sealed class ScriptedTarget : IConnector, IPduHandler, IDisposable
{
    public const string Name = "iqn.2026-01.test.example:scripted";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // No test takes this long. Where an initiator waits for ever, the broken connection ends it, and the test fails.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private readonly Queue<SentPdu> _received = new();
    private readonly SemaphoreSlim _isConnected = new(0);
    private readonly int _capacity;
    private readonly CancellationTokenSource _end = new(Lifetime);
    private MemoryConnectionIo? _near;
    private MemoryConnectionIo? _far;
    private PduReceiver? _receiver;
    private PduFraming _framing = PduFraming.OfLogin;

    /// <param name="capacity">Bytes that the connection holds in each direction before a sender has to wait.</param>
    public ScriptedTarget(int capacity = MemoryConnectionIo.DefaultCapacity)
    {
        _capacity = capacity;
    }

    /// <summary>The StatSN of the next response that uses one up.</summary>
    public SerialNumber StatSN { get; set; } = new(0x5000_0000);

    public SerialNumber ExpCmdSN { get; set; } = new(1);

    public SerialNumber MaxCmdSN { get; set; } = new(64);

    /// <summary>Where the initiator went, one for each connection.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>The first login request of each connection that <see cref="AcceptLogin"/> let in.</summary>
    public List<LoginRequest> Logins { get; } = [];

    /// <summary>Whether the initiator has sent something that the script has not looked at.</summary>
    public bool HasUnread => _received.Count > 0 || _far!.ReadableLength > 0;

    IConnectionIo IConnector.Connect(string host, int port, TimeSpan timeout, CancellationToken cancellationToken)
    {
        (_near, _far) = MemoryConnectionIo.CreatePair(_capacity);
        _end.Token.UnsafeRegister(static far => ((MemoryConnectionIo)far!).Abort(), _far);
        _receiver = new PduReceiver(_far, this);
        _framing = PduFraming.OfLogin;
        Calls.Add($"{host}:{port}");
        _isConnected.Release();
        return _near;
    }

    Memory<byte> IPduHandler.PlaceData(ReadOnlySpan<byte> header, int length) => default;

    void IPduHandler.Handle(in ReceivedPdu pdu)
    {
        Assert.True(pdu.IsDataIntact);
        _received.Enqueue(new SentPdu(pdu.Header.ToArray(), pdu.Data.ToArray()));
    }

    void IPduHandler.EndBatch()
    {
        // The script asks for one PDU after the other.
    }

    /// <summary>Waits until an initiator connects.</summary>
    public void Accept() => Assert.True(_isConnected.Wait(Patience, CancellationToken.None), "nobody connects");

    /// <summary>Waits for an initiator, and lets it in with these keys in the answer to its offers.</summary>
    public void AcceptLogin(params string[] keys)
    {
        Accept();
        LoginRequest security = Expect<LoginRequest>();
        Logins.Add(security);
        Answer(security, LoginStage.LoginOperationalNegotiation, []);
        LoginRequest operational = Expect<LoginRequest>();
        Answer(operational, LoginStage.FullFeaturePhase, keys);
        UseFraming(keys);
    }

    /// <summary>Answers a login request with success and a step forward.</summary>
    public void Answer(LoginRequest request, LoginStage next, string[] keys) =>
        Refuse(request, LoginStatus.Success, keys, next);

    /// <summary>Answers a login request with a status.</summary>
    public void Refuse(
        LoginRequest request, LoginStatus status, string[] keys, LoginStage next = LoginStage.SecurityNegotiation)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(keys.Select(key => key + "\0")));
        Send(
            new LoginResponse
            {
                Transit = status.IsSuccess,
                Continues = false,
                CurrentStage = request.CurrentStage,
                NextStage = next,
                VersionMax = 0,
                VersionActive = 0,
                DataSegmentLength = text.Length,
                Isid = request.Isid,
                Tsih = next == LoginStage.FullFeaturePhase ? (ushort)77 : (ushort)0,
                InitiatorTaskTag = request.InitiatorTaskTag,
                StatSN = TakeStatSN(),
                ExpCmdSN = ExpCmdSN,
                MaxCmdSN = MaxCmdSN,
                Status = status,
            },
            text);
    }

    /// <summary>The next number of a response, which is used up by this.</summary>
    public SerialNumber TakeStatSN()
    {
        SerialNumber taken = StatSN;
        StatSN = taken.Next;
        return taken;
    }

    /// <summary>The next PDU, whatever it is.</summary>
    public SentPdu Expect()
    {
        using var late = new CancellationTokenSource(Patience);
        using (late.Token.UnsafeRegister(_ => _far!.Abort(), null))
        {
            while (_received.Count == 0)
            {
                ReceiveOutcome outcome = _receiver!.ReceiveBatch();
                Assert.Equal(ReceiveOutcome.Continues, outcome);
            }
        }

        return _received.Dequeue();
    }

    /// <summary>The next PDU, which has to be of this kind.</summary>
    public TPdu Expect<TPdu>()
        where TPdu : struct, IPdu<TPdu> => Expect().As<TPdu>();

    /// <summary>Waits until the initiator ends the connection, and fails if it sends anything before.</summary>
    public void ExpectEnd()
    {
        using var late = new CancellationTokenSource(Patience);
        using (late.Token.UnsafeRegister(_ => throw new TimeoutException("the connection does not end"), null))
        {
            Exception? end = Record.Exception(() => Assert.Equal(ReceiveOutcome.Ended, _receiver!.ReceiveBatch()));
            Assert.True(end is null or ConnectionLostException, $"{end}");
            Assert.Empty(_received);
        }
    }

    /// <summary>Sends a PDU. Its numbers are those that the script gives it.</summary>
    public void Send<TPdu>(TPdu pdu, ReadOnlyMemory<byte> data = default)
        where TPdu : struct, IPdu<TPdu>
    {
        byte[] header = new byte[BasicHeader.Length];
        pdu.Write(header);
        SendRaw(Wire(header, data));
    }

    /// <summary>The bytes of a PDU on this connection, digests and all.</summary>
    public byte[] Wire(byte[] header, ReadOnlyMemory<byte> data)
    {
        (MemoryConnectionIo near, MemoryConnectionIo far) = MemoryConnectionIo.CreatePair(1024 * 1024);
        var source = new SinglePdu(header, data, _framing);
        using var sender = new PduSender(near, source, CorkLimit.OfTarget);
        sender.Request(0);
        byte[] wire = new byte[far.ReadableLength];
        Assert.Equal(wire.Length, far.Receive(wire, default));
        return wire;
    }

    /// <summary>Sends bytes that need not be a PDU.</summary>
    public void SendRaw(ReadOnlyMemory<byte> bytes)
    {
        bytes = bytes[_far!.TrySend([bytes])..];
        while (!bytes.IsEmpty)
        {
            _far.WaitUntilWritable();
            bytes = bytes[_far.TrySend([bytes])..];
        }
    }

    /// <summary>Breaks the connection without a word.</summary>
    public void Abort() => _far!.Abort();

    /// <summary>
    /// Proves that nothing more was sent: the initiator answers a ping after all that it had to send before.
    /// </summary>
    public void ExpectNothing()
    {
        Ping(lun: default, targetTransferTag: 0xBEEF);
        NopOut reply = Expect<NopOut>();
        Assert.Equal(0xBEEFu, reply.TargetTransferTag);
    }

    /// <summary>
    /// Waits until the initiator has dealt with all that was sent. It takes the next PDU only after that, so one that
    /// asks for nothing is sent behind.
    /// </summary>
    public async Task ExpectHandledAsync()
    {
        await Eventually.HoldsAsync(() => _near!.ReadableLength == 0);
        Ping(lun: default, targetTransferTag: uint.MaxValue);
        await Eventually.HoldsAsync(() => _near!.ReadableLength == 0);
    }

    /// <summary>Asks the initiator whether it is alive.</summary>
    public void Ping(LogicalUnitNumber lun, uint targetTransferTag) => Send(new NopIn
    {
        DataSegmentLength = 0,
        Lun = lun,
        InitiatorTaskTag = uint.MaxValue,
        TargetTransferTag = targetTransferTag,
        StatSN = StatSN,
        ExpCmdSN = ExpCmdSN,
        MaxCmdSN = MaxCmdSN,
    });

    public void Dispose()
    {
        _end.Dispose();
        _far?.Dispose();
        _isConnected.Dispose();
    }

    private void UseFraming(string[] keys)
    {
        _framing = new PduFraming
        {
            HasHeaderDigest = keys.Contains("HeaderDigest=CRC32C"),
            HasDataDigest = keys.Contains("DataDigest=CRC32C"),
            MaxRecvDataSegmentLength = 0xFF_FFFF,
        };
        _receiver!.Framing = _framing;
    }

    private sealed class SinglePdu(byte[] header, ReadOnlyMemory<byte> data, PduFraming framing) : IPduSource
    {
        private bool _isTaken;

        public void Fill(PduBatch batch)
        {
            batch.Framing = framing;
            if (!_isTaken)
            {
                batch.Add(header, data);
            }

            _isTaken = true;
        }

        public void EndBatch()
        {
            // Nobody waits for the memory.
        }

        public void Fail(Exception fault) => Assert.Fail(fault.ToString());
    }
}
