using IscsiMount.Primitives;
using IscsiMount.Protocol;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Segments;
using IscsiMount.Protocol.Text;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Transport;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Target.Tests;

/// <summary>
/// An initiator that does what the test says, PDU by PDU, right or wrong. It shares no code with the initiator of the
/// product. What does not come within the limit fails the test.
/// </summary>
internal sealed class ScriptedInitiator : IDisposable
{
    public const uint NoTag = uint.MaxValue;

    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(20);

    private readonly IConnectionIo _io;
    private readonly CancellationTokenSource _patience = new(PatienceMax);
    private uint _statSN;

    public ScriptedInitiator(IConnectionIo io)
    {
        _io = io;
        _patience.Token.Register(io.Abort);
    }

    public bool HasHeaderDigest { get; set; }

    public bool HasDataDigest { get; set; }

    /// <summary>The number of the next command that takes one.</summary>
    public uint CmdSN { get; set; } = 0xFFFF_FFF0;   // so that the numbers wrap

    public uint NextTag { get; set; } = 1;

    public bool IsLoggedIn { get; private set; }

    /// <summary>Whether the test hangs, and the connection was ended for that.</summary>
    public bool HasLostPatience => _patience.IsCancellationRequested;

    public SerialNumber ExpStatSN => new(_statSN);

    /// <summary>The one Data-Out that answers an R2T. Its length is the part of the test.</summary>
    public static DataOut DataFor(ReadyToTransfer wanted) => new()
    {
        IsFinal = true,
        DataSegmentLength = 0,
        Lun = wanted.Lun,
        InitiatorTaskTag = wanted.InitiatorTaskTag,
        TargetTransferTag = wanted.TargetTransferTag,
        ExpStatSN = default,
        DataSN = default,
        BufferOffset = wanted.BufferOffset,
    };

    public void SendBytes(params ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        for (int sent = 0; sent < copy.Length;)
        {
            sent += _io.TrySend([copy.AsMemory(sent)]);
            if (sent < copy.Length)
            {
                _io.WaitUntilWritable();
            }
        }
    }

    /// <summary>False once the target has closed the connection, or takes nothing more.</summary>
    public bool TrySendBytes(byte[] bytes)
    {
        try
        {
            return _io.TrySend([bytes]) == bytes.Length;
        }
        catch (ConnectionLostException)
        {
            return false;
        }
    }

    /// <summary>False once the target has closed the connection.</summary>
    public bool TrySend<TPdu>(TPdu pdu)
        where TPdu : struct, IPdu<TPdu>
    {
        byte[] header = new byte[48];
        pdu.Write(header);
        return TrySendBytes(header);
    }

    public void Send<TPdu>(TPdu pdu, params ReadOnlySpan<byte> data)
        where TPdu : struct, IPdu<TPdu>
    {
        Send(pdu, [], data);
    }

    public void Send<TPdu>(TPdu pdu, byte[] ahs, ReadOnlySpan<byte> data)
        where TPdu : struct, IPdu<TPdu>
    {
        byte[] header = new byte[48];
        pdu.Write(header);
        header[4] = (byte)(ahs.Length / 4);
        (header[5], header[6], header[7]) =
            ((byte)(data.Length >> 16), (byte)((data.Length >> 8) & 0xFF), (byte)(data.Length & 0xFF));
        byte[] head = [.. header, .. ahs];
        byte[] body = [.. data, .. new byte[(4 - (data.Length % 4)) % 4]];
        SendBytes([.. head, .. HasHeaderDigest ? Digest(head) : [],
            .. body, .. HasDataDigest && body.Length > 0 ? Digest(body) : []]);
    }

    /// <summary>A PDU whose data was changed on its way, so that its digest does not match.</summary>
    public void SendDamaged<TPdu>(TPdu pdu, byte[] data)
        where TPdu : struct, IPdu<TPdu>
    {
        Assert.True(HasDataDigest && data.Length % 4 == 0);
        byte[] header = new byte[48];
        pdu.Write(header);
        (header[5], header[6], header[7]) =
            ((byte)(data.Length >> 16), (byte)((data.Length >> 8) & 0xFF), (byte)(data.Length & 0xFF));
        byte[] digest = Digest(data);
        digest[0] ^= 1;
        SendBytes([.. header, .. HasHeaderDigest ? Digest(header) : [], .. data, .. digest]);
    }

    /// <summary>The next PDU, whatever it is.</summary>
    public (byte[] Header, byte[] Data) Receive()
    {
        byte[] header = ReceiveBytes(48);
        if (HasHeaderDigest)
        {
            Assert.Equal(Digest(header), ReceiveBytes(4));
        }

        int length = (header[5] << 16) | (header[6] << 8) | header[7];
        byte[] padded = ReceiveBytes((length + 3) & ~3);
        if (HasDataDigest && length > 0)
        {
            Assert.Equal(Digest(padded), ReceiveBytes(4));
        }

        return (header, padded[..length]);
    }

    /// <summary>Takes the next PDU, if the connection is still there.</summary>
    public bool TryReceive()
    {
        try
        {
            Receive();
            return true;
        }
        catch (Exception over) when (over is ConnectionLostException or Xunit.Sdk.XunitException)
        {
            return false;
        }
    }

    /// <summary>The next PDU, which must be of this kind.</summary>
    public TPdu Receive<TPdu>(out byte[] data)
        where TPdu : struct, IPdu<TPdu>
    {
        (byte[] header, data) = Receive();
        TPdu pdu = TPdu.Read(header);
        CheckStatSN(header);
        return pdu;
    }

    public TPdu Receive<TPdu>()
        where TPdu : struct, IPdu<TPdu>
    {
        return Receive<TPdu>(out _);
    }

    /// <summary>Whether the target has closed the connection.</summary>
    public bool IsClosed()
    {
        try
        {
            return _io.Receive(new byte[1], default) == 0;
        }
        catch (ConnectionLostException)
        {
            return !_patience.IsCancellationRequested;
        }
    }

    public void Close() => _io.Dispose();

    /// <summary>The login of a normal session in one exchange.</summary>
    public (LoginResponse Response, TextKeys Keys) Login(string keys = "", ushort tsih = 0, ulong isid = 0x800000000001)
    {
        Send(LoginRequest(tsih, isid), LoginText(TestTarget.Name, keys));
        LoginResponse response = ReceiveLogin(out TextKeys answers);
        Assert.Equal(LoginStatus.Success, response.Status);
        HasHeaderDigest = answers.Find("HeaderDigest") == "CRC32C";
        HasDataDigest = answers.Find("DataDigest") == "CRC32C";
        return (response, answers);
    }

    /// <summary>The login of a further connection of a session.</summary>
    public LoginStatus Join(ushort tsih, ushort connectionId, string keys = "", ulong isid = 0x800000000001)
    {
        Send(LoginRequest(tsih, isid) with { ConnectionId = connectionId }, LoginText(TestTarget.Name, keys));
        return ReceiveLogin(out _).Status;
    }

    /// <summary>The login of a discovery session.</summary>
    public void LoginForDiscovery()
    {
        Send(LoginRequest(), Text("InitiatorName=iqn.2026-01.example:scripted", "SessionType=Discovery"));
        Assert.Equal(LoginStatus.Success, ReceiveLogin(out _).Status);
    }

    public LoginResponse ReceiveLogin(out TextKeys keys)
    {
        (byte[] header, byte[] data) = Receive();
        LoginResponse response = LoginResponse.Read(header);
        _statSN = unchecked(response.StatSN.Value + 1);
        keys = TextKeys.Decode(data);
        IsLoggedIn = response is { Status.IsSuccess: true, Transit: true, NextStage: LoginStage.FullFeaturePhase };
        return response;
    }

    public LoginRequest LoginRequest(ushort tsih = 0, ulong isid = 0x800000000001) => new()
    {
        Transit = true,
        Continues = false,
        CurrentStage = LoginStage.LoginOperationalNegotiation,
        NextStage = LoginStage.FullFeaturePhase,
        VersionMax = 0,
        VersionMin = 0,
        DataSegmentLength = 0,
        Isid = new Isid(isid),
        Tsih = tsih,
        InitiatorTaskTag = 0,
        ConnectionId = 0,
        CmdSN = new(CmdSN),
        ExpStatSN = default,
    };

    public static byte[] LoginText(string target, string keys = "") => Text(
        ["InitiatorName=iqn.2026-01.example:scripted", $"TargetName={target}",
            .. keys.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    public static byte[] Text(params IEnumerable<string> pairs) =>
        [.. pairs.SelectMany(pair => (byte[])[.. System.Text.Encoding.UTF8.GetBytes(pair), 0])];

    /// <summary>A SCSI command with the next tag and the next number.</summary>
    public ScsiCommand Command(string cdb, uint readLength = 0, uint writeLength = 0, int lun = 0)
    {
        byte[] block = Convert.FromHexString(cdb.Replace(" ", "", StringComparison.Ordinal));
        return new ScsiCommand
        {
            IsImmediate = false,
            IsFinal = true,
            IsRead = readLength > 0,
            IsWrite = writeLength > 0,
            Attribute = TaskAttributeKind.Simple,
            Priority = 0,
            TotalAhsWords = 0,
            DataSegmentLength = 0,
            Lun = LogicalUnitNumber.FromIndex(lun),
            InitiatorTaskTag = NextTag++,
            ExpectedDataTransferLength = readLength + writeLength,
            CmdSN = new(unchecked(CmdSN++)),
            ExpStatSN = ExpStatSN,
            Cdb = CdbBytes.From(block),
        };
    }

    /// <summary>Gets over what every unit tells a new initiator first.</summary>
    public void PassFirstAttention(int lun = 0)
    {
        Send(Command("00 00 00 00 00 00", lun: lun));
        Assert.Equal(SenseKey.UnitAttention, ReceiveFailure().Key);
    }

    /// <summary>The response of a command that went well.</summary>
    public ScsiResponse ReceiveGood()
    {
        ScsiResponse response = Receive<ScsiResponse>(out byte[] data);
        Assert.Equal(ScsiStatus.Good, (ScsiStatus)response.Status);
        Assert.Empty(data);
        return response;
    }

    /// <summary>The sense data of a command that failed.</summary>
    public SenseData ReceiveFailure()
    {
        ScsiResponse response = Receive<ScsiResponse>(out byte[] data);
        Assert.Equal((ServiceResponse.CompletedAtTarget, ScsiStatus.CheckCondition),
            (response.Response, (ScsiStatus)response.Status));
        return SenseData.Read(SenseSegment.Read(data).Sense);
    }

    public void Dispose()
    {
        _io.Abort();
        _io.Dispose();
        _patience.Dispose();
    }

    private byte[] ReceiveBytes(int length)
    {
        byte[] bytes = new byte[length];
        for (int received = 0; received < length;)
        {
            int count = _io.Receive(bytes.AsSpan(received), default);
            Assert.True(count > 0, $"the target closed the connection where {length - received} bytes were due");
            received += count;
        }

        return bytes;
    }

    // Every PDU shows the next number or uses it up; what the target may not do is leave one out.
    private void CheckStatSN(byte[] header)
    {
        int opcode = header[0] & 0x3F;
        bool isUnused = opcode == 0x25 && (header[1] & 0x01) == 0;
        bool usesUp = opcode != 0x31 && !isUnused && !(opcode == 0x20 && header[16..20].All(each => each == 0xFF));
        if (!isUnused)
        {
            Assert.Equal(new SerialNumber(_statSN), SerialNumber.Read(header.AsSpan(24)));
        }

        _statSN = usesUp ? unchecked(_statSN + 1) : _statSN;
    }

    private static byte[] Digest(byte[] bytes)
    {
        byte[] digest = new byte[4];
        Crc32C.WriteDigest(digest, Crc32C.Compute(bytes));
        return digest;
    }
}
