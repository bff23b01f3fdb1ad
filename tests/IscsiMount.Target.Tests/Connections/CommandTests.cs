using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Testing;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Target.Tests.Connections;

/// <summary>SCSI commands over a connection: data in both directions, residuals, order, limits.</summary>
public sealed class CommandTests
{
    private const int K = 1024;

    [Fact, Requirement("TGT-02", "SCSI-28")]
    public async Task A_new_initiator_is_told_of_a_power_on_once_and_by_each_unit()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.Connect();
        initiator.Login();

        initiator.Send(initiator.Command("12 00 00 0024 00", readLength: 36));
        Assert.True(initiator.Receive<DataIn>().HasStatus);
        initiator.PassFirstAttention(lun: 0);
        initiator.PassFirstAttention(lun: 1);

        initiator.Send(initiator.Command("00 00 00 00 00 00"));
        initiator.ReceiveGood();
    }

    [Fact, Requirement("SCSI-28", "SCSI-27")]
    public async Task Request_sense_takes_what_the_unit_has_to_tell()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.Connect();
        initiator.Login();

        initiator.Send(initiator.Command("03 00 00 00 12 00", readLength: 18));
        initiator.Receive<DataIn>(out byte[] first);
        initiator.Send(initiator.Command("03 01 00 00 FC 00", readLength: 252));
        DataIn second = initiator.Receive<DataIn>(out byte[] nothing);

        Assert.Equal(AdditionalSense.PowerOnOrReset, SenseData.Read(first).Additional);
        Assert.Equal((0x72, SenseKey.NoSense), (nothing[0], SenseData.Read(nothing).Key));
        Assert.Equal((Residuals.Underflow, 244u), (second.Residuals, second.ResidualCount));
    }

    [Fact, Requirement("DATA-14", "DATA-15", "DATA-16", "NUM-15", "FFP-05")]
    public async Task What_is_written_is_read_back_in_sequences_of_a_burst_with_the_status_in_the_last()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator =
            target.LogIn("MaxRecvDataSegmentLength=4096 MaxBurstLength=8192 FirstBurstLength=8192");
        byte[] content = Content(20 * K, seed: 1);
        initiator.Send(initiator.Command("2A 00 00000004 00 0010 00", writeLength: 8 * K), content.AsSpan(0, 8 * K));
        initiator.ReceiveGood();
        initiator.Send(
            initiator.Command("2A 00 00000014 00 0018 00", writeLength: 12 * K), content.AsSpan(8 * K, 8 * K));
        ReadyToTransfer wanted = initiator.Receive<ReadyToTransfer>();
        initiator.Send(DataFor(wanted), content.AsSpan(16 * K));
        initiator.ReceiveGood();

        initiator.Send(initiator.Command("28 00 00000004 00 0028 00", readLength: 20 * K));
        var read = new List<byte>();
        for (uint number = 0; number < 5; number++)
        {
            DataIn pdu = initiator.Receive<DataIn>(out byte[] data);
            read.AddRange(data);

            Assert.Equal((number, number * 4096), (pdu.DataSN.Value, pdu.BufferOffset));
            Assert.Equal((number % 2 == 1 || number == 4, number == 4), (pdu.IsFinal, pdu.HasStatus));
            Assert.Equal((false, ScriptedInitiator.NoTag), (pdu.WantsAcknowledgement, pdu.TargetTransferTag));
        }

        Assert.Equal(content, read);
    }

    [Fact, Requirement("DATA-09", "DATA-10", "NUM-13", "MCS-02")]
    public async Task A_long_write_is_asked_for_in_pieces_that_are_open_at_once()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn(
            "MaxBurstLength=65536 FirstBurstLength=65536 ImmediateData=No InitialR2T=Yes MaxOutstandingR2T=3");
        byte[] content = Content(256 * K, seed: 2);
        ScsiCommand command = initiator.Command("8A 00 0000000000000000 00000200 00 00", writeLength: 256 * K);
        initiator.Send(command);

        var open = new List<ReadyToTransfer>
        {
            initiator.Receive<ReadyToTransfer>(),
            initiator.Receive<ReadyToTransfer>(),
            initiator.Receive<ReadyToTransfer>(),
        };
        Assert.Equal([0u, 1u, 2u], open.Select(pdu => pdu.R2TSN.Value));
        Assert.All(open, pdu => Assert.Equal((command.InitiatorTaskTag, command.Lun), (pdu.InitiatorTaskTag, pdu.Lun)));

        initiator.Send(DataFor(open[1]), content.AsSpan(64 * K, 64 * K));
        open.Add(initiator.Receive<ReadyToTransfer>());
        initiator.Send(DataFor(open[0]), content.AsSpan(0, 64 * K));
        initiator.Send(DataFor(open[3]) with { IsFinal = false }, content.AsSpan(192 * K, 32 * K));
        initiator.Send(DataFor(open[2]), content.AsSpan(128 * K, 64 * K));
        initiator.Send(
            DataFor(open[3]) with { DataSN = new(1), BufferOffset = 224 * K }, content.AsSpan(224 * K));
        initiator.ReceiveGood();

        Assert.Equal(content, await ReadAsync(target, 0, 512));
    }

    [Fact, Requirement("DATA-12", "DATA-13")]
    public async Task Unsolicited_data_is_taken_behind_the_immediate_data()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn("InitialR2T=No FirstBurstLength=16384");
        byte[] content = Content(16 * K, seed: 3);
        ScsiCommand command = initiator.Command("2A 00 00000000 00 0020 00", writeLength: 16 * K) with
        {
            IsFinal = false,
        };

        initiator.Send(command, content.AsSpan(0, 4 * K));
        initiator.Send(Unsolicited(command, 0, 4 * K, isFinal: false), content.AsSpan(4 * K, 8 * K));
        initiator.Send(Unsolicited(command, 1, 12 * K, isFinal: true), content.AsSpan(12 * K));
        initiator.ReceiveGood();

        Assert.Equal(content, await ReadAsync(target, 0, 32));
    }

    [Fact, Requirement("DATA-11", "DATA-12")]
    public async Task A_write_with_unexpected_data_fails_behind_the_last_of_it_and_writes_nothing()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn("InitialR2T=Yes ImmediateData=No");
        ScsiCommand command = initiator.Command("2A 00 00000000 00 0010 00", writeLength: 8 * K) with
        {
            IsFinal = false,
        };

        initiator.Send(command);
        initiator.Send(Unsolicited(command, 0, 0, isFinal: false), Content(4 * K, seed: 4));
        initiator.Send(initiator.Command("00 00 00 00 00 00"));
        initiator.ReceiveGood();
        initiator.Send(Unsolicited(command, 1, 4 * K, isFinal: true), Content(4 * K, seed: 5));

        SenseData sense = initiator.ReceiveFailure();
        Assert.Equal(
            (SenseKey.AbortedCommand, AdditionalSense.UnexpectedUnsolicitedData), (sense.Key, sense.Additional));
        byte[] stored = await ReadAsync(target, 0, 16);
        Assert.All(stored, each => Assert.Equal(0, each));
    }

    [Theory, Requirement("FFP-03", "SCSI-13")]
    [InlineData("28 00 00000000 00 0002 00", 512, 512, Residuals.Overflow, 512)]
    [InlineData("28 00 00000000 00 0002 00", 4096, 1024, Residuals.Underflow, 3072)]
    [InlineData("28 00 00000000 00 0002 00", 1024, 1024, Residuals.None, 0)]
    [InlineData("12 00 00 0024 00", 36, 36, Residuals.None, 0)]        // cut by the allocation length alone
    [InlineData("12 00 00 0060 00", 36, 36, Residuals.Overflow, 60)]
    public async Task A_read_moves_what_both_lengths_have_in_common(
        string cdb, uint expected, int moved, Residuals residuals, uint count)
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();

        initiator.Send(initiator.Command(cdb, readLength: expected));
        DataIn pdu = initiator.Receive<DataIn>(out byte[] data);

        Assert.Equal((moved, residuals, count), (data.Length, pdu.Residuals, pdu.ResidualCount));
    }

    [Theory, Requirement("FFP-03", "SCSI-13", "DATA-13")]
    [InlineData(1024, 1024, Residuals.Overflow, 1024)]
    [InlineData(700, 700, Residuals.Overflow, 1348)]    // of the last block only the front
    [InlineData(2048, 2048, Residuals.None, 0)]
    [InlineData(5000, 2048, Residuals.Underflow, 2952)]
    public async Task A_write_moves_what_both_lengths_have_in_common(
        int expected, int written, Residuals residuals, uint count)
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();
        byte[] before = Content(4096, seed: 6);
        await target.Device.WriteAsync(new(0, 8), before, CancellationToken.None);
        byte[] content = Content(expected, seed: 7);

        initiator.Send(initiator.Command("2A 00 00000000 00 0004 00", writeLength: (uint)expected), content);
        ScsiResponse response = initiator.ReceiveGood();

        Assert.Equal((residuals, count), (response.Residuals, response.ResidualCount));
        byte[] stored = await ReadAsync(target, 0, 8);
        Assert.Equal([.. content[..written], .. before[written..]], stored);
    }

    [Fact, Requirement("NUM-05", "NUM-06", "TGT-03")]
    public async Task Commands_beyond_the_window_are_ignored_and_each_answer_opens_a_place()
    {
        await using var target = new TestTarget(new() { CommandsInFlightMax = 2 });
        ScriptedInitiator initiator = target.LogIn();
        target.Device.Holds = true;
        ScsiCommand[] reads = [.. Enumerable.Range(0, 3).Select(_ =>
            initiator.Command("28 00 00000000 00 0001 00", readLength: 512))];
        foreach (ScsiCommand read in reads)
        {
            initiator.Send(read);
        }

        await Eventually.HoldsAsync(() => target.Device.HeldCount == 2);
        target.Device.ReleaseOne();
        DataIn answer = initiator.Receive<DataIn>();
        Assert.Equal(reads[0].InitiatorTaskTag, answer.InitiatorTaskTag);
        Assert.Equal((reads[2].CmdSN, reads[2].CmdSN), (answer.ExpCmdSN, answer.MaxCmdSN));

        initiator.Send(reads[2]);
        await Eventually.HoldsAsync(() => target.Device.HeldCount == 2);
        target.Device.ReleaseOne();
        target.Device.ReleaseOne();
        Assert.Equal(reads[1].InitiatorTaskTag, initiator.Receive<DataIn>().InitiatorTaskTag);
        Assert.Equal(reads[2].InitiatorTaskTag, initiator.Receive<DataIn>().InitiatorTaskTag);
    }

    [Fact, Requirement("NUM-08")]
    public async Task A_command_that_comes_early_waits_for_those_before_it()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();
        ScsiCommand first = initiator.Command("12 00 00 0024 00", readLength: 36);
        ScsiCommand second = initiator.Command("2A 00 00000000 00 0001 00", writeLength: 512);

        initiator.Send(second, Content(512, seed: 8));
        initiator.Send(first);

        Assert.Equal(first.InitiatorTaskTag, initiator.Receive<DataIn>().InitiatorTaskTag);
        Assert.Equal(second.InitiatorTaskTag, initiator.ReceiveGood().InitiatorTaskTag);
    }

    [Fact, Requirement("NUM-07", "ERL-17", "TGT-04")]
    public async Task A_retry_of_a_live_command_is_ignored_and_another_command_with_its_tag_is_rejected()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();
        target.Device.Holds = true;
        ScsiCommand read = initiator.Command("28 00 00000000 00 0001 00", readLength: 512);
        initiator.Send(read);
        initiator.Send(read);

        initiator.Send(initiator.Command("00 00 00 00 00 00") with { InitiatorTaskTag = read.InitiatorTaskTag });

        Assert.Equal(RejectReason.TaskInProgress, initiator.Receive<Reject>().Reason);
        target.Device.ReleaseOne();
        Assert.Equal(read.InitiatorTaskTag, initiator.Receive<DataIn>().InitiatorTaskTag);
        Assert.Equal(0, target.Device.HeldCount);
    }

    [Fact, Requirement("TGT-04")]
    public async Task An_ordered_write_waits_for_what_runs_and_holds_back_what_follows()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();
        target.Device.Holds = true;
        ScsiCommand read = initiator.Command("28 00 00000000 00 0001 00", readLength: 512);
        ScsiCommand ordered = initiator.Command("2A 00 00000000 00 0001 00", writeLength: 512) with
        {
            Attribute = TaskAttributeKind.Ordered,
        };
        initiator.Send(read);
        initiator.Send(ordered, Content(512, seed: 9));
        initiator.Send(initiator.Command("28 00 00000000 00 0001 00", readLength: 512));
        initiator.Send(initiator.Command("12 00 00 0024 00", readLength: 36));
        initiator.Receive<DataIn>();
        Assert.Equal(1, target.Device.HeldCount);

        target.Device.ReleaseOne();
        Assert.All(Receive(initiator, read), each => Assert.Equal(0, each));
        await Eventually.HoldsAsync(() => target.Device.HeldCount == 1);
        target.Device.ReleaseOne();
        initiator.ReceiveGood();
        await Eventually.HoldsAsync(() => target.Device.HeldCount == 1);
        target.Device.ReleaseOne();
        initiator.Receive<DataIn>(out byte[] after);

        Assert.Equal(Content(512, seed: 9), after);
    }

    [Fact, Requirement("TGT-03")]
    public async Task A_crowd_that_wants_more_memory_than_there_is_is_told_that_the_unit_is_busy()
    {
        await using var target = new TestTarget(new() { TransferSizeMax = 1024 * K, BufferSizeMax = 1024 * K });
        ScriptedInitiator initiator = target.LogIn();
        target.Device.Holds = true;
        initiator.Send(initiator.Command("28 00 00000000 00 0800 00", readLength: 1024 * K));
        await Eventually.HoldsAsync(() => target.Device.HeldCount == 1);

        initiator.Send(initiator.Command("28 00 00000000 00 0001 00", readLength: 512));
        ScsiResponse response = initiator.Receive<ScsiResponse>();

        Assert.Equal(ScsiStatus.Busy, (ScsiStatus)response.Status);
        target.Device.Holds = false;
        target.Device.ReleaseOne();
        int length = 0;
        for (bool isLast = false; !isLast;)
        {
            isLast = initiator.Receive<DataIn>(out byte[] data).HasStatus;
            length += data.Length;
        }

        Assert.Equal(1024 * K, length);

        // The memory comes back when the answer has been sent, which may be a moment after it was received.
        await Eventually.HoldsAsync(() =>
        {
            initiator.Send(initiator.Command("28 00 00000000 00 0001 00", readLength: 512));
            return (initiator.Receive().Header[0] & 0x3F) == DataIn.Opcode;
        });
    }

    [Fact]
    public async Task A_device_that_fails_is_told_as_a_medium_error_with_its_block()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();
        target.Device.Holds = true;
        initiator.Send(initiator.Command("28 00 00000007 00 0001 00", readLength: 512));
        await Eventually.HoldsAsync(() => target.Device.HeldCount == 1);

        target.Device.FailOne(new InjectedFaultException("reading"));

        SenseData sense = initiator.ReceiveFailure();
        Assert.Equal(
            (SenseKey.MediumError, AdditionalSense.UnrecoveredReadError, 7UL),
            (sense.Key, sense.Additional, sense.Information));
    }

    [Fact]
    public async Task A_bug_of_a_device_ends_its_command_and_no_other()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();
        target.Device.Holds = true;
        initiator.Send(initiator.Command("28 00 00000007 00 0001 00", readLength: 512));
        await Eventually.HoldsAsync(() => target.Device.HeldCount == 1);

        target.Device.FailOne(new InvalidOperationException("a bug"));

        Assert.Equal(SenseKey.HardwareError, initiator.ReceiveFailure().Key);
        initiator.Send(initiator.Command("00 00 00 00 00 00"));
        initiator.ReceiveGood();
    }

    [Fact, Requirement("SCSI-15", "TGT-09")]
    public async Task A_durable_write_and_a_flush_reach_the_device_before_their_status()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();

        initiator.Send(initiator.Command("2A 08 00000000 00 0001 00", writeLength: 512), Content(512, seed: 10));
        initiator.ReceiveGood();
        Assert.Equal(1, target.Device.FlushCount);

        target.Device.Holds = true;
        initiator.Send(initiator.Command("35 00 00000000 00 0000 00"));
        initiator.Send(initiator.Command("12 00 00 0024 00", readLength: 36));
        initiator.Receive<DataIn>();
        Assert.Equal(1, target.Device.FlushCount);
        target.Device.ReleaseOne();
        initiator.ReceiveGood();
        Assert.Equal(2, target.Device.FlushCount);
    }

    [Fact, Requirement("SCSI-14")]
    public async Task A_comparison_tells_the_first_byte_that_differs()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();
        byte[] content = Content(1024, seed: 11);
        initiator.Send(initiator.Command("2E 00 00000000 00 0002 00", writeLength: 1024), content);
        initiator.ReceiveGood();
        initiator.Send(initiator.Command("2F 02 00000000 00 0002 00", writeLength: 1024), content);
        initiator.ReceiveGood();

        content[700] ^= 1;
        initiator.Send(initiator.Command("2F 02 00000000 00 0002 00", writeLength: 1024), content);

        SenseData sense = initiator.ReceiveFailure();
        Assert.Equal(
            (SenseKey.Miscompare, AdditionalSense.MiscompareDuringVerify, 700UL),
            (sense.Key, sense.Additional, sense.Information));
    }

    [Fact, Requirement("SCSI-17")]
    public async Task A_stopped_unit_refuses_what_needs_its_medium_until_it_is_started()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn();
        initiator.Send(initiator.Command("1B 00 00 00 00 00"));
        initiator.ReceiveGood();

        initiator.Send(initiator.Command("28 00 00000000 00 0001 00", readLength: 512));
        Assert.Equal(AdditionalSense.StartNeeded, initiator.ReceiveFailure().Additional);
        initiator.Send(initiator.Command("00 00 00 00 00 00"));
        Assert.Equal(SenseKey.NotReady, initiator.ReceiveFailure().Key);
        initiator.Send(initiator.Command("1B 00 00 00 01 00"));
        initiator.ReceiveGood();
        initiator.Send(initiator.Command("00 00 00 00 00 00"));
        initiator.ReceiveGood();
    }

    private static byte[] Receive(ScriptedInitiator initiator, ScsiCommand command)
    {
        Assert.Equal(command.InitiatorTaskTag, initiator.Receive<DataIn>(out byte[] data).InitiatorTaskTag);
        return data;
    }

    private static DataOut DataFor(ReadyToTransfer wanted) => new()
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

    private static DataOut Unsolicited(ScsiCommand command, uint dataSN, uint offset, bool isFinal) => new()
    {
        IsFinal = isFinal,
        DataSegmentLength = 0,
        Lun = default,
        InitiatorTaskTag = command.InitiatorTaskTag,
        TargetTransferTag = ScriptedInitiator.NoTag,
        ExpStatSN = default,
        DataSN = new(dataSN),
        BufferOffset = offset,
    };

    private static byte[] Content(int length, int seed)
    {
        byte[] content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    private static async Task<byte[]> ReadAsync(TestTarget target, ulong first, uint count)
    {
        byte[] content = new byte[count * 512];
        await target.Device.ReadAsync(new(first, count), content, CancellationToken.None);
        return content;
    }
}
