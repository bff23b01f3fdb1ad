using IscsiMount.Block;
using IscsiMount.Initiator;
using IscsiMount.Initiator.Units;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Identity;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Transfer;
using IscsiMount.Testing;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Conformance.Tests.Initiator;

/// <summary>What is asked of a logical unit beside reads and writes, and what it tells beside its answers.</summary>
public sealed class UnitCommandTests
{
    private static readonly SenseData Aborted = new()
    {
        Key = SenseKey.AbortedCommand,
        Additional = AdditionalSense.None,
    };

    private static CancellationToken Token => CancellationToken.None;

    [Fact, Requirement("SCSI-09")]
    public async Task A_unit_that_refuses_long_commands_gets_short_ones_from_then_on()
    {
        await using Stage stage = await Stage.OpenAsync();
        Task first = stage.ReadAsync(70, new byte[512]);
        stage.Refuse(OperationCode.Read16);
        ScsiCommand read = stage.Expect(OperationCode.Read10);
        stage.Target.Send(stage.Data(read, 0, 512, 0, hasStatus: true), new byte[512]);
        await first;

        Task second = stage.WriteAsync(71, new byte[1024]);
        ScsiCommand write = stage.Expect(OperationCode.Write10);
        stage.Respond(write);
        await second;

        Assert.True(BlockTransfer.TryRead(read.Cdb.AsSpan(), out BlockTransfer asked));
        Assert.Equal((70ul, 1u), (asked.FirstBlock, asked.BlockCount));
        Assert.True(BlockTransfer.TryRead(write.Cdb.AsSpan(), out asked));
        Assert.Equal((71ul, 2u), (asked.FirstBlock, asked.BlockCount));
    }

    [Fact]
    public async Task A_unit_that_refuses_the_short_command_too_fails_the_call()
    {
        await using Stage stage = await Stage.OpenAsync();
        Task reading = stage.ReadAsync(0, new byte[512]);

        stage.Refuse(OperationCode.Read16);
        stage.Refuse(OperationCode.Read10);

        var failure = await Assert.ThrowsAsync<ScsiCommandException>(() => reading);
        Assert.Equal((OperationCode.Read10, OutcomeKind.CommandNotSupported), (failure.Command, failure.Outcome));
        stage.Target.ExpectNothing();
    }

    [Fact]
    public async Task What_may_have_been_done_is_not_done_twice()
    {
        await using Stage stage = await Stage.OpenAsync();
        Task registering = stage.Unit.Reservations.RegisterAsync(0, 7, persists: false, Token);

        stage.Respond(
            stage.Expect(OperationCode.PersistentReserveOut),
            ScsiStatus.CheckCondition,
            SenseData.UnitAttention(AdditionalSense.PowerOnOrReset));
        stage.Respond(stage.Expect(OperationCode.PersistentReserveOut), ScsiStatus.CheckCondition, Aborted);

        var failure = await Assert.ThrowsAsync<ScsiCommandException>(() => registering);
        Assert.Equal(OutcomeKind.Aborted, failure.Outcome);
        stage.Target.ExpectNothing();
    }

    [Fact]
    public async Task Blocks_are_replaced_in_one_command_that_is_never_repeated()
    {
        await using Stage stage = await OpenAsync(new BlockLimits { CompareAndWriteBlocksMax = 4 });
        byte[] old = new byte[512];

        Task<bool> replacing = stage.Unit.TryReplaceAsync(new BlockRange(9, 1), old, old, Token);
        ScsiCommand command = stage.Expect(OperationCode.CompareAndWrite);
        stage.Respond(
            command,
            ScsiStatus.CheckCondition,
            new SenseData { Key = SenseKey.Miscompare, Additional = AdditionalSense.MiscompareDuringVerify });
        Assert.False(await replacing);
        Assert.Equal(1024u, command.ExpectedDataTransferLength);

        replacing = stage.Unit.TryReplaceAsync(new BlockRange(9, 1), old, old, Token);
        stage.Respond(stage.Expect(OperationCode.CompareAndWrite), ScsiStatus.CheckCondition, Aborted);
        await Assert.ThrowsAsync<ScsiCommandException>(() => replacing);
        await Assert.ThrowsAsync<NotSupportedException>(
            () => stage.Unit.TryReplaceAsync(new BlockRange(9, 5), new byte[2560], new byte[2560], Token));
        stage.Target.ExpectNothing();
    }

    [Fact]
    public async Task A_unit_without_write_same_is_cleared_by_writing_zeros()
    {
        await using Stage stage = await Stage.OpenAsync();
        for (int i = 0; i < 2; i++)
        {
            Task clearing = Stage.ElsewhereAsync(stage.Unit.ClearAsync(new BlockRange(3, 2), Token));
            if (i == 0)
            {
                stage.Refuse(OperationCode.WriteSame16);
            }

            ScsiCommand write = stage.Expect(OperationCode.Write16);
            stage.Respond(write);
            await clearing;
            Assert.Equal(1024u, write.ExpectedDataTransferLength);
        }
    }

    [Fact]
    public async Task Clearing_is_split_at_the_limit_of_the_unit_and_sends_one_block()
    {
        await using Stage stage = await OpenAsync(new BlockLimits { WriteSameBlocksMax = 1000 });
        Task clearing = Stage.ElsewhereAsync(stage.Unit.ClearAsync(new BlockRange(50, 2500), Token));

        var pieces = new List<(ulong, uint)>();
        for (int i = 0; i < 3; i++)
        {
            ScsiCommand command = stage.Expect(OperationCode.WriteSame16);
            stage.Respond(command);
            var asked = WriteSame.Read(command.Cdb.AsSpan());
            pieces.Add((asked.FirstBlock, asked.BlockCount));
            Assert.Equal((512u, false), (command.ExpectedDataTransferLength, asked.MayUnmap));
        }

        await clearing;
        Assert.Equal([(50, 1000), (1050, 1000), (2050, 500)], pieces);
    }

    [Fact]
    public async Task Transfers_keep_to_what_the_unit_takes_and_to_what_it_likes_best()
    {
        await using Stage small = await OpenAsync(new BlockLimits { TransferBlocksMax = 100 });
        await using Stage wishful = await OpenAsync(new BlockLimits { TransferBlocksOptimal = 256 });
        await using Stage modest = await OpenAsync(new BlockLimits { TransferBlocksOptimal = 8 });

        Assert.Equal(
            [100 * 512, 256 * 512, 512 * 512],
            new[] { small, wishful, modest }.Select(stage => stage.Unit.Traits.TransferSizeOptimal));
    }

    [Fact]
    public async Task Without_forced_access_a_durable_write_is_a_write_and_a_flush()
    {
        await using Stage stage = await Stage.OpenAsync();
        Task writing = Stage.ElsewhereAsync(
            stage.Unit.WriteDurablyAsync(new BlockRange(1, 1), new byte[512], Token));

        stage.Respond(stage.Expect(OperationCode.Write16));
        Assert.False(writing.IsCompleted);
        stage.Respond(stage.Expect(OperationCode.SynchronizeCache10));

        await writing;
    }

    [Theory, Requirement("SCSI-29")]
    [InlineData(0x2A, 0x09, AttentionTopic.CapacityChanged)]
    [InlineData(0x3F, 0x0E, AttentionTopic.InventoryChanged)]
    [InlineData(0x2A, 0x05, AttentionTopic.ReservationsChanged)]
    [InlineData(0x3F, 0x03, AttentionTopic.IdentityChanged)]
    public async Task News_of_a_unit_is_told_and_the_command_that_met_it_is_sent_again(
        byte code, byte qualifier, AttentionTopic topic)
    {
        await using Stage stage = await Stage.OpenAsync();
        using UnitEventFeed feed = stage.Session.WatchUnits();
        Task reading = stage.ReadAsync(0, new byte[512]);

        stage.Respond(
            stage.Expect(OperationCode.Read16),
            ScsiStatus.CheckCondition,
            SenseData.UnitAttention(new AdditionalSense(code, qualifier)));
        ScsiCommand again = stage.Expect(OperationCode.Read16);
        stage.Target.Send(stage.Data(again, 0, 512, 0, hasStatus: true), new byte[512]);

        await reading;
        UnitEvent? news = await feed.NextAsync(Token).AsTask().WaitAsync(ForeignTool.DefaultLimit, Token);
        Assert.Equal(new UnitEvent(Stage.Lun, topic, new AdditionalSense(code, qualifier)), news);
    }

    [Fact]
    public async Task A_feed_ends_with_the_session_and_a_closed_one_at_once()
    {
        await using Stage stage = await Stage.OpenAsync();
        UnitEventFeed closed = stage.Session.WatchUnits();
        using UnitEventFeed feed = stage.Session.WatchUnits();
        closed.Dispose();
        Assert.Null(await closed.NextAsync(Token));

        stage.Target.Abort();
        await stage.Session.Ended;

        Assert.Null(await feed.NextAsync(Token));
        using UnitEventFeed late = stage.Session.WatchUnits();
        Assert.Null(await late.NextAsync(Token));
    }

    private static async Task<Stage> OpenAsync(BlockLimits limits)
    {
        Stage stage = await Stage.LoginAsync();
        Task opening = stage.OpenUnitAsync();
        stage.AnswerProbe(limits: limits);
        await opening;
        return stage;
    }
}
