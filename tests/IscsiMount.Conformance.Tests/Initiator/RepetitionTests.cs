using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Unit;
using IscsiMount.Testing;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Conformance.Tests.Initiator;

/// <summary>Commands that a unit did not carry out for the time being, and those that it never will.</summary>
public sealed class RepetitionTests
{
    private static readonly SenseData PowerOn = SenseData.UnitAttention(AdditionalSense.PowerOnOrReset);

    [Fact, Requirement("SCSI-29", "FFP-06")]
    public async Task Several_unit_attentions_in_a_row_are_no_error()
    {
        await using Stage stage = await Stage.OpenAsync();
        Task reading = stage.ReadAsync(0, new byte[512]);
        var numbers = new HashSet<SerialNumber>();

        for (int i = 0; i < 5; i++)
        {
            ScsiCommand refused = stage.Expect(OperationCode.Read16);
            numbers.Add(refused.CmdSN);
            stage.Respond(refused, ScsiStatus.CheckCondition, PowerOn);
        }

        ScsiCommand command = stage.Expect(OperationCode.Read16);
        numbers.Add(command.CmdSN);
        stage.Target.Send(stage.Data(command, 0, 512, 0, hasStatus: true), new byte[512]);
        await reading;
        Assert.Equal(6, numbers.Count);
    }

    [Theory, Requirement("FFP-06")]
    [InlineData(ScsiStatus.Busy)]
    [InlineData(ScsiStatus.TaskSetFull)]
    public async Task A_busy_unit_is_asked_again_after_a_pause_with_a_new_number(ScsiStatus status)
    {
        await using Stage stage = await Stage.OpenAsync();
        Task reading = stage.ReadAsync(0, new byte[512]);
        ScsiCommand first = stage.Expect(OperationCode.Read16);

        stage.Respond(first, status);
        await stage.Target.ExpectHandledAsync();
        stage.Target.ExpectNothing();
        stage.Time.Advance(TimeSpan.FromSeconds(1));
        ScsiCommand second = stage.Expect(OperationCode.Read16);
        stage.Target.Send(stage.Data(second, 0, 512, 0, hasStatus: true), new byte[512]);

        await reading;
        Assert.Equal(first.CmdSN.Next, second.CmdSN);
    }

    [Fact]
    public async Task A_medium_error_is_told_with_its_block_and_not_repeated()
    {
        await using Stage stage = await Stage.OpenAsync();
        Task reading = stage.ReadAsync(70, new byte[512]);
        var sense = new SenseData { Key = SenseKey.MediumError, Additional = AdditionalSense.UnrecoveredReadError };

        stage.Respond(stage.Expect(OperationCode.Read16), ScsiStatus.CheckCondition, sense);

        var failure = await Assert.ThrowsAsync<ScsiCommandException>(() => reading);
        Assert.Equal(
            (OperationCode.Read16, 70ul, OutcomeKind.MediumError, FaultScope.Command, false),
            (failure.Command, failure.FirstBlock, failure.Outcome, failure.Scope, failure.IsTransient));
        stage.Target.ExpectNothing();
    }

    [Fact]
    public async Task A_unit_that_never_gets_ready_fails_the_command_in_the_end()
    {
        await using Stage stage = await Stage.LoginAsync();
        Task test = stage.Session.ExecuteAsync(Stage.Lun, new TestUnitReady(), CancellationToken.None);

        for (int i = 0; i < 11; i++)
        {
            stage.Respond(stage.Expect(OperationCode.TestUnitReady), ScsiStatus.CheckCondition, PowerOn);
        }

        var failure = await Assert.ThrowsAsync<ScsiCommandException>(() => test);
        Assert.Equal(OutcomeKind.UnitAttention, failure.Outcome);
    }

    [Fact, Requirement("SCSI-16")]
    public async Task A_write_that_failed_after_it_was_called_good_fails_the_next_flush()
    {
        await using Stage stage = await Stage.OpenAsync();
        var deferred = new SenseData
        {
            Key = SenseKey.MediumError,
            Additional = AdditionalSense.WriteError,
            IsDeferred = true,
        };
        Task reading = stage.ReadAsync(0, new byte[512]);
        stage.Respond(stage.Expect(OperationCode.Read16), ScsiStatus.CheckCondition, deferred);
        ScsiCommand again = stage.Expect(OperationCode.Read16);
        stage.Target.Send(stage.Data(again, 0, 512, 0, hasStatus: true), new byte[512]);
        await reading;

        Task flush = Stage.ElsewhereAsync(stage.Unit.FlushAsync(CancellationToken.None));
        stage.Respond(stage.Expect(OperationCode.SynchronizeCache10));
        var failure = await Assert.ThrowsAsync<ScsiCommandException>(() => flush);
        Task second = Stage.ElsewhereAsync(stage.Unit.FlushAsync(CancellationToken.None));
        stage.Respond(stage.Expect(OperationCode.SynchronizeCache10));
        await second;

        Assert.Equal(deferred, failure.Sense);
    }

    [Fact, Requirement("SCSI-16")]
    public async Task A_unit_that_cannot_flush_is_asked_once()
    {
        await using Stage stage = await Stage.OpenAsync();
        Task first = Stage.ElsewhereAsync(stage.Unit.FlushAsync(CancellationToken.None));

        stage.Respond(
            stage.Expect(OperationCode.SynchronizeCache10),
            ScsiStatus.CheckCondition,
            SenseData.IllegalRequest(AdditionalSense.InvalidOperationCode));
        await first;
        await stage.Unit.FlushAsync(CancellationToken.None);

        stage.Target.ExpectNothing();
    }
}
