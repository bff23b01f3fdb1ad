using IscsiMount.Primitives;
using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;
using IscsiMount.Testing;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Target.Tests.Connections;

/// <summary>Recovery level 1: what was lost on the way is sent again, in both directions.</summary>
public sealed class RecoveryTests : IAsyncDisposable
{
    private const int K = 1024;
    private const string Level = "ErrorRecoveryLevel=1 MaxRecvDataSegmentLength=4096";

    private readonly TestTarget _target = new(new() { CommandsInFlightMax = 8 });
    private readonly byte[] _content = new byte[32 * K];

    public RecoveryTests()
    {
        new Random(1).NextBytes(_content);
    }

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    [Theory, Requirement("KEY-12", "KEY-13")]
    [InlineData("ErrorRecoveryLevel=2 MaxOutstandingR2T=8", "1", "1")]
    [InlineData("MaxOutstandingR2T=8 ErrorRecoveryLevel=1", "1", "1")]
    [InlineData("MaxOutstandingR2T=8 ErrorRecoveryLevel=0", "0", "8")]
    [InlineData("MaxOutstandingR2T=8", null, "8")]
    public void Recovery_and_several_requests_at_once_exclude_each_other(string offer, string? level, string requests)
    {
        TextKeys keys = _target.Connect().Login(offer).Keys;

        Assert.Equal(
            (level, requests), (keys.Find(KeyName.ErrorRecoveryLevel), keys.Find(KeyName.MaxOutstandingR2T)));
    }

    [Theory, Requirement("ERL-11", "ERL-12", "ERL-15")]
    [InlineData(1)]
    [InlineData(0)]
    public void A_status_that_was_lost_is_sent_again_as_it_was(uint runLength)
    {
        ScriptedInitiator initiator = LogIn(Level);
        SerialNumber have = initiator.ExpStatSN;
        initiator.Send(initiator.Command("2A 00 00000000 00 0001 00", writeLength: 512), new byte[512]);
        byte[] response = initiator.Receive().Header;
        initiator.Send(Quiet(initiator.Command("28 00 00000000 00 0001 00", readLength: 512), have));
        (byte[] dataIn, byte[] data) = initiator.Receive();

        initiator.Send(Snack(SnackKind.Status, ScriptedInitiator.NoTag, have, runLength, have));

        AssertCopy(response, initiator.Receive().Header);
        if (runLength == 0)
        {
            (byte[] again, byte[] dataAgain) = initiator.Receive();
            AssertCopy(dataIn, again);
            Assert.Equal(data, dataAgain);
        }

        Ping(initiator, have);
    }

    [Theory, Requirement("ERL-11", "ERL-12")]
    [InlineData(0, 1, new[] { 0 })]
    [InlineData(2, 3, new[] { 2, 3, 4 })]
    [InlineData(7, 1, new[] { 7 })]
    [InlineData(5, 0, new[] { 5, 6, 7 })]
    [InlineData(0, 0, new[] { 0, 1, 2, 3, 4, 5, 6, 7 })]
    public void Data_that_was_lost_is_sent_again_as_it_was(uint first, uint runLength, int[] expected)
    {
        ScriptedInitiator initiator = LogIn(Level);
        (ScsiCommand read, SerialNumber have, (byte[] Header, byte[] Data)[] all) = Read(initiator);

        initiator.Send(Snack(SnackKind.DataOrR2T, read.InitiatorTaskTag, new(first), runLength, have));

        foreach (int index in expected)
        {
            (byte[] header, byte[] data) = initiator.Receive();
            AssertCopy(all[index].Header, header);
            Assert.Equal(all[index].Data, data);
        }

        Ping(initiator, have);
    }

    [Theory, Requirement("ERL-13")]
    [InlineData(SnackKind.DataOrR2T, 7, 2, false, RejectReason.ProtocolError, 8)]
    [InlineData(SnackKind.DataOrR2T, 8, 1, false, RejectReason.ProtocolError, 8)]
    [InlineData(SnackKind.DataOrR2T, 0, 1, true, RejectReason.ProtocolError, 0)]
    [InlineData(SnackKind.RData, 0, 0, true, RejectReason.ProtocolError, 0)]
    [InlineData(SnackKind.Status, 0, 1, true, RejectReason.ProtocolError, 0)]
    [InlineData(SnackKind.Status, 1000, 1, false, RejectReason.ProtocolError, 0)]
    [InlineData(SnackKind.DataAck, 8, 0, false, RejectReason.InvalidDataAck, 0)]
    [InlineData((SnackKind)9, 8, 0, false, RejectReason.ProtocolError, 0)]
    public void What_was_acknowledged_or_never_sent_is_refused(
        SnackKind kind, uint first, uint runLength, bool isAcknowledged, RejectReason reason, uint next)
    {
        ScriptedInitiator initiator = LogIn(Level);
        (ScsiCommand read, SerialNumber have, _) = Read(initiator);
        SerialNumber acknowledged = isAcknowledged ? have.Next : have;
        uint begin = kind == SnackKind.Status ? unchecked(have.Value + first) : first;

        initiator.Send(Snack(kind, read.InitiatorTaskTag, new(begin), runLength, acknowledged));

        (byte[] header, byte[] data) = initiator.Receive();
        if (kind == SnackKind.DataOrR2T && !isAcknowledged && first < 8)
        {
            Assert.Equal(7u, DataIn.Read(header).DataSN.Value);
            (header, data) = initiator.Receive();
        }

        var reject = Reject.Read(header);
        Assert.Equal((reason, next), (reject.Reason, reject.DataSNOrR2TSN.Value));
        Assert.Equal(SnackRequest.Opcode, data[0] & 0x3F);
    }

    [Fact, Requirement("ERL-14", "ERL-07", "ERL-13")]
    public void Data_is_cut_anew_where_the_initiator_takes_less_than_before()
    {
        ScriptedInitiator initiator = LogIn(Level);
        (ScsiCommand read, SerialNumber have, _) = Read(initiator);
        initiator.Send(Text(initiator, have), ScriptedInitiator.Text("MaxRecvDataSegmentLength=1024"));
        initiator.Receive();

        initiator.Send(Snack(SnackKind.DataOrR2T, read.InitiatorTaskTag, default, 1, have));
        Assert.Equal(RejectReason.SnackReject, Reject.Read(initiator.Receive().Header).Reason);
        initiator.Send(Snack(SnackKind.RData, read.InitiatorTaskTag, default, 0, have, snackTag: 0x1234));

        var received = new List<byte>();
        for (uint i = 0; i < 32; i++)
        {
            (byte[] header, byte[] data) = initiator.Receive();
            var piece = DataIn.Read(header);
            Assert.Equal((i, false, 1024), (piece.DataSN.Value, piece.HasStatus, data.Length));
            received.AddRange(data);
        }

        var response = ScsiResponse.Read(initiator.Receive().Header);
        Assert.Equal(_content, received);
        Assert.Equal((0x1234u, have, 32u), (response.SnackTag, response.StatSN, response.ExpDataSN.Value));
    }

    [Fact, Requirement("ERL-15", "TGT-03")]
    public async Task What_is_acknowledged_gives_its_memory_back_and_nothing_before()
    {
        ScriptedInitiator initiator = LogIn(Level);
        (_, SerialNumber have, _) = Read(initiator);

        Ping(initiator, have);
        Assert.Equal(_content.Length, _target.Server.LentBufferSize);
        Ping(initiator, have.Next);

        await Eventually.HoldsAsync(() => _target.Server.LentBufferSize == 0);
    }

    [Fact, Requirement("TGT-03", "NUM-14")]
    public void Who_never_acknowledges_anything_is_cut_off()
    {
        ScriptedInitiator initiator = LogIn(Level);
        SerialNumber have = initiator.ExpStatSN;
        int answered = 0;
        initiator.Send(Quiet(initiator.Command("00 00 00 00 00 00"), have));
        while (initiator.TryReceive() && answered < 10_000)
        {
            answered++;
            if (!initiator.TrySend(Quiet(initiator.Command("00 00 00 00 00 00"), have)))
            {
                break;
            }
        }

        Assert.InRange(answered, 100, 1000);
        Assert.False(initiator.HasLostPatience);
    }

    [Theory, Requirement("ERL-16", "DIG-05", "DIG-06")]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(0, true)]
    [InlineData(2, true)]
    public void Data_of_a_write_that_was_lost_is_asked_for_again(int lost, bool isMissing)
    {
        ScriptedInitiator initiator = LogIn(Level + " DataDigest=CRC32C ImmediateData=No InitialR2T=Yes");
        initiator.Send(initiator.Command("2A 00 00000000 00 0040 00", writeLength: 32 * K));
        ReadyToTransfer wanted = initiator.Receive<ReadyToTransfer>();

        for (int i = 0; i < 4; i++)
        {
            Send(initiator, wanted, i, isLost: i == lost, isMissing);
        }

        ReadyToTransfer again = initiator.Receive<ReadyToTransfer>();
        Assert.Equal(
            ((uint)(lost * 8 * K), 8u * K, wanted.R2TSN.Next),
            (again.BufferOffset, again.DesiredDataTransferLength, again.R2TSN));
        Assert.NotEqual(wanted.TargetTransferTag, again.TargetTransferTag);
        initiator.Send(DataFor(again, 0, 0, isFinal: true), _content.AsSpan(lost * 8 * K, 8 * K));
        initiator.ReceiveGood();
        Assert.Equal(_content, ReadBack(initiator));
    }

    [Fact, Requirement("ERL-16", "DATA-12")]
    public void Data_that_comes_damaged_again_and_again_ends_the_write()
    {
        ScriptedInitiator initiator = LogIn(Level + " DataDigest=CRC32C ImmediateData=No InitialR2T=Yes");
        initiator.Send(initiator.Command("2A 00 00000000 00 0001 00", writeLength: 512));
        byte[] header = initiator.Receive().Header;
        int count = 0;
        while ((header[0] & 0x3F) == ReadyToTransfer.Opcode)
        {
            count++;
            initiator.SendDamaged(DataFor(ReadyToTransfer.Read(header), 0, 0, isFinal: true), new byte[512]);
            Assert.Equal(RejectReason.DataDigestError, Reject.Read(initiator.Receive().Header).Reason);
            header = initiator.Receive().Header;
        }

        Assert.Equal((0x02, 33), (ScsiResponse.Read(header).Status, count));
    }

    [Fact, Requirement("ERL-11", "ERL-12", "ERL-13")]
    public void A_request_that_was_lost_is_sent_again_and_one_that_is_answered_is_not()
    {
        ScriptedInitiator initiator = LogIn(Level + " ImmediateData=No InitialR2T=Yes MaxBurstLength=16384");
        ScsiCommand write = initiator.Command("2A 00 00000000 00 0040 00", writeLength: 32 * K);
        initiator.Send(write);
        (byte[] first, _) = initiator.Receive();

        initiator.Send(Snack(SnackKind.DataOrR2T, write.InitiatorTaskTag, default, 0, initiator.ExpStatSN));
        (byte[] again, _) = initiator.Receive();
        initiator.Send(DataFor(ReadyToTransfer.Read(again), 0, 0, isFinal: true), _content.AsSpan(0, 16 * K));
        var second = ReadyToTransfer.Read(initiator.Receive().Header);
        initiator.Send(Snack(SnackKind.DataOrR2T, write.InitiatorTaskTag, default, 1, initiator.ExpStatSN));
        var reject = Reject.Read(initiator.Receive().Header);

        AssertCopy(first, again);
        Assert.Equal((1u, 16u * K), (second.R2TSN.Value, second.BufferOffset));
        Assert.Equal((RejectReason.ProtocolError, 2u), (reject.Reason, reject.DataSNOrR2TSN.Value));
    }

    private ScriptedInitiator LogIn(string keys)
    {
        ScriptedInitiator initiator = _target.LogIn(keys);
        return initiator;
    }

    // What is read is there, and nothing of the answer is acknowledged.
    private (ScsiCommand Read, SerialNumber Have, (byte[] Header, byte[] Data)[] All) Read(ScriptedInitiator initiator)
    {
        initiator.Send(initiator.Command("2A 00 00000000 00 0040 00", writeLength: 32 * K), _content);
        initiator.ReceiveGood();
        SerialNumber have = initiator.ExpStatSN;
        ScsiCommand read = initiator.Command("28 00 00000000 00 0040 00", readLength: 32 * K);
        initiator.Send(read);
        (byte[], byte[])[] all = [.. Enumerable.Range(0, 8).Select(_ => initiator.Receive())];
        return (read, have, all);
    }

    private byte[] ReadBack(ScriptedInitiator initiator)
    {
        initiator.Send(initiator.Command("28 00 00000000 00 0040 00", readLength: 32 * K));
        return [.. Enumerable.Range(0, 8).SelectMany(_ => initiator.Receive().Data)];
    }

    private void Send(ScriptedInitiator initiator, ReadyToTransfer wanted, int index, bool isLost, bool isMissing)
    {
        DataOut pdu = DataFor(wanted, (uint)index, index * 8 * K, isFinal: index == 3);
        byte[] data = _content[(index * 8 * K)..((index + 1) * 8 * K)];
        if (!isLost)
        {
            initiator.Send(pdu, data);
        }
        else if (!isMissing)
        {
            initiator.SendDamaged(pdu, data);
            Assert.Equal(RejectReason.DataDigestError, initiator.Receive<Reject>().Reason);
        }
    }

    private static ScsiCommand Quiet(ScsiCommand command, SerialNumber have) => command with { ExpStatSN = have };

    private static SnackRequest Snack(
        SnackKind kind, uint tag, SerialNumber first, uint runLength, SerialNumber have, uint? snackTag = null) => new()
        {
            Kind = kind,
            Lun = default,
            InitiatorTaskTag = kind is SnackKind.Status or SnackKind.DataAck ? ScriptedInitiator.NoTag : tag,
            TargetTransferTagOrSnackTag = snackTag ?? ScriptedInitiator.NoTag,
            ExpStatSN = have,
            BegRun = first,
            RunLength = runLength,
        };

    private static TextRequest Text(ScriptedInitiator initiator, SerialNumber have) => new()
    {
        IsImmediate = true,
        IsFinal = true,
        Continues = false,
        DataSegmentLength = 0,
        Lun = default,
        InitiatorTaskTag = 0x7000_0002,
        TargetTransferTag = ScriptedInitiator.NoTag,
        CmdSN = new(initiator.CmdSN),
        ExpStatSN = have,
    };

    private static void Ping(ScriptedInitiator initiator, SerialNumber have)
    {
        initiator.Send(new NopOut
        {
            IsImmediate = true,
            DataSegmentLength = 0,
            Lun = default,
            InitiatorTaskTag = 0x7000_0009,
            TargetTransferTag = ScriptedInitiator.NoTag,
            CmdSN = new(initiator.CmdSN),
            ExpStatSN = have,
        });
        var answer = NopIn.Read(initiator.Receive().Header);
        Assert.Equal(0x7000_0009u, answer.InitiatorTaskTag);

        // Nothing is under way, so the whole window is open, and no wider than it was.
        Assert.Equal(answer.ExpCmdSN.Value + 7, answer.MaxCmdSN.Value);
    }

    private static DataOut DataFor(ReadyToTransfer wanted, uint dataSN, int offset, bool isFinal) => new()
    {
        IsFinal = isFinal,
        DataSegmentLength = 0,
        Lun = wanted.Lun,
        InitiatorTaskTag = wanted.InitiatorTaskTag,
        TargetTransferTag = wanted.TargetTransferTag,
        ExpStatSN = default,
        DataSN = new(dataSN),
        BufferOffset = wanted.BufferOffset + (uint)offset,
    };

    // All but ExpCmdSN and MaxCmdSN, which show the present moment; those of an R2T's StatSN as well.
    private static void AssertCopy(byte[] before, byte[] again)
    {
        Assert.Equal(before[..28], again[..28]);
        Assert.Equal(before[36..], again[36..]);
    }
}
