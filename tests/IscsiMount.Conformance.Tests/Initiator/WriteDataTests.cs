using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Conformance.Tests.Initiator;

public sealed class WriteDataTests
{
    private readonly byte[] _data = [.. Enumerable.Range(0, 64 * 1024).Select(i => (byte)(i % 251))];

    [Fact, Requirement("DATA-01", "DATA-02", "DATA-03"), Rfc7143("4.2.5.2")]
    public async Task The_first_burst_is_immediate_and_then_unsolicited_data_up_to_its_length()
    {
        await using Stage stage = await Stage.OpenAsync(
            keys: ["InitialR2T=No", "ImmediateData=Yes", "FirstBurstLength=20480", "MaxBurstLength=65536"]);
        Task writing = stage.WriteAsync(8, _data);

        SentPdu command = stage.Target.Expect();
        SentPdu[] burst = [stage.Target.Expect(), stage.Target.Expect()];
        stage.Target.ExpectNothing();

        ScsiCommand header = command.As<ScsiCommand>();
        Assert.Equal((false, true, false), (header.IsFinal, header.IsWrite, header.IsRead));
        Assert.Equal((65536u, 8192), (header.ExpectedDataTransferLength, header.DataSegmentLength));
        Assert.Equal(_data[..8192], command.Data);
        Assert.Equal(
            [(0u, 8192u, uint.MaxValue, false), (1u, 16384u, uint.MaxValue, true)],
            burst.Select(pdu => pdu.As<DataOut>()).Select(pdu =>
                (pdu.DataSN.Value, pdu.BufferOffset, pdu.TargetTransferTag, pdu.IsFinal)));
        Assert.Equal(_data[8192..20480], burst.SelectMany(pdu => pdu.Data));
        Assert.False(writing.IsCompleted);
    }

    [Fact, Requirement("DATA-01"), Rfc7143("11.3.1")]
    public async Task A_write_that_fits_is_sent_whole_in_its_command_which_is_final()
    {
        await using Stage stage = await Stage.OpenAsync(keys: ["InitialR2T=No", "ImmediateData=Yes"]);
        Task writing = stage.WriteAsync(8, _data.AsMemory(0, 1024));

        SentPdu command = stage.Target.Expect();
        stage.Respond(command.As<ScsiCommand>());
        await writing;

        Assert.True(command.As<ScsiCommand>().IsFinal);
        Assert.Equal(_data[..1024], command.Data);
    }

    [Fact, Requirement("DATA-01", "DATA-02")]
    public async Task Without_immediate_data_and_with_initial_R2T_a_command_carries_nothing()
    {
        await using Stage stage = await Stage.OpenAsync(keys: ["InitialR2T=Yes", "ImmediateData=No"]);
        Task writing = stage.WriteAsync(8, _data.AsMemory(0, 1024));

        SentPdu command = stage.Target.Expect();
        stage.Target.ExpectNothing();

        Assert.Equal((true, 0), (command.As<ScsiCommand>().IsFinal, command.Data.Length));
        Assert.False(writing.IsCompleted);
    }

    [Fact, Requirement("DATA-04", "DATA-05", "NUM-15"), Rfc7143("11.8")]
    public async Task R2Ts_of_several_writes_are_answered_in_their_order_each_with_its_own_numbers()
    {
        await using Stage stage = await Stage.OpenAsync(keys: ["InitialR2T=Yes", "ImmediateData=No"]);
        Task first = stage.WriteAsync(0, _data.AsMemory(0, 32768));
        ScsiCommand a = stage.Expect(OperationCode.Write16);
        Task second = stage.WriteAsync(64, _data.AsMemory(32768));
        ScsiCommand b = stage.Expect(OperationCode.Write16);

        stage.Target.Send(stage.R2T(a, tag: 7, offset: 0, length: 10000, number: 0));
        stage.Target.Send(stage.R2T(b, tag: 9, offset: 0, length: 512, number: 0));
        stage.Target.Send(stage.R2T(a, tag: 8, offset: 10000, length: 22768, number: 1));
        SentPdu[] sent = [.. Enumerable.Range(0, 6).Select(_ => stage.Target.Expect())];
        stage.Respond(b);
        stage.Respond(a);
        await first;
        await second;

        (uint, uint, uint, uint, bool)[] expected =
        [
            (a.InitiatorTaskTag, 7, 0, 0, false),
            (a.InitiatorTaskTag, 7, 1, 8192, true),
            (b.InitiatorTaskTag, 9, 0, 0, true),
            (a.InitiatorTaskTag, 8, 0, 10000, false),
            (a.InitiatorTaskTag, 8, 1, 18192, false),
            (a.InitiatorTaskTag, 8, 2, 26384, true),
        ];
        Assert.Equal(expected, sent.Select(pdu => pdu.As<DataOut>()).Select(pdu =>
            (pdu.InitiatorTaskTag, pdu.TargetTransferTag, pdu.DataSN.Value, pdu.BufferOffset, pdu.IsFinal)));
        Assert.All(sent, pdu => Assert.Equal(Stage.Lun, pdu.As<DataOut>().Lun));
        Assert.Equal(_data[..10000], sent[..2].SelectMany(pdu => pdu.Data));
        Assert.Equal(_data[32768..33280], sent[2].Data);
        Assert.Equal(_data[10000..32768], sent[3..].SelectMany(pdu => pdu.Data));
    }

    [Theory, Requirement("DATA-08", "PDU-08"), Rfc7143("11.8.4")]
    [InlineData(0u, 65537u, 0u, 0ul, false)]        // more than the write has
    [InlineData(65536u, 1u, 0u, 0ul, false)]        // behind its end
    [InlineData(0u, 512u, 1u, 0ul, false)]          // a number is missing
    [InlineData(0u, 512u, 0u, 1ul, false)]          // another unit
    [InlineData(0u, 512u, 0u, 0ul, true)]           // no such task
    public async Task An_R2T_that_may_not_be_answered_ends_the_session_without_data(
        uint offset, uint length, uint number, ulong otherLun, bool isOtherTask)
    {
        await using Stage stage = await Stage.OpenAsync(keys: ["InitialR2T=Yes", "ImmediateData=No"]);
        Task writing = stage.WriteAsync(0, _data);
        ScsiCommand command = stage.Expect(OperationCode.Write16);

        ReadyToTransfer bad = stage.R2T(command, tag: 1, offset, length, number);
        stage.Target.Send(bad with
        {
            Lun = new LogicalUnitNumber(bad.Lun.Value + otherLun),
            InitiatorTaskTag = isOtherTask ? command.InitiatorTaskTag ^ 1 : command.InitiatorTaskTag,
        });

        var ended = await Assert.ThrowsAsync<SessionEndedException>(() => writing);
        Assert.Equal(SessionEndReason.ProtocolViolated, ended.Reason);
        stage.Target.ExpectEnd();
    }

    [Fact, Requirement("FFP-03")]
    public async Task A_write_that_fails_early_gives_its_memory_back_only_when_nothing_of_it_is_being_sent()
    {
        var target = new ScriptedTarget(capacity: 9000);
        await using Stage stage = await Stage.OpenAsync(
            target: target, keys: ["InitialR2T=No", "ImmediateData=Yes", "FirstBurstLength=65536"]);
        byte[] data = [.. _data];
        Task writing = stage.WriteAsync(0, data);
        ScsiCommand command = stage.Expect(OperationCode.Write16);

        stage.Respond(command, ScsiStatus.CheckCondition, SenseData.IllegalRequest(AdditionalSense.WriteProtected));
        await target.ExpectHandledAsync();
        bool wasHeldBack = !writing.IsCompleted;
        byte[] rest = [.. Enumerable.Range(0, 7).SelectMany(_ => target.Expect().Data)];

        await Assert.ThrowsAsync<ScsiCommandException>(() => writing);
        Assert.True(wasHeldBack);
        Assert.Equal(_data[8192..], rest);
    }
}
