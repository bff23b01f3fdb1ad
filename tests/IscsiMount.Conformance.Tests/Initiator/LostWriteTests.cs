using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Testing;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Conformance.Tests.Initiator;

/// <summary>
/// Writes that a unit had acknowledged and not yet flushed when it was restarted: nobody may take them for safe.
/// </summary>
public sealed class LostWriteTests
{
    private static readonly SessionOptions Surviving =
        Stage.Options with { ReconnectTimeout = TimeSpan.FromSeconds(60) };

    private static readonly byte[] Block = new byte[Stage.BlockLength];

    [Theory, Requirement("SCSI-16")]
    [InlineData(0x00)]      // power on, reset, or bus device reset
    [InlineData(0x01)]      // power on
    [InlineData(0x04)]      // device internal reset
    public async Task After_a_restart_they_fail_the_next_flush_and_all_writes(byte qualifier)
    {
        await using Stage stage = await Stage.OpenAsync(Surviving);
        await WriteAsync(stage);

        stage.Target.Abort();
        await stage.WelcomeBackAsync(attention: new AdditionalSense(0x29, qualifier));
        await Eventually.HoldsAsync(() => stage.Session.Snapshot().State == SessionState.LoggedIn);

        var lost = await Assert.ThrowsAsync<LostWritesException>(() => FlushAsync(stage));
        Assert.Equal((1, Stage.Lun, FaultScope.Volume), (lost.WriteCount, lost.Lun, lost.Scope));
        await Assert.ThrowsAsync<LostWritesException>(() => stage.WriteAsync(0, Block));
        Assert.Same(lost, Assert.Single(stage.Session.Snapshot().Losses));
        stage.Target.ExpectNothing();
        await ReadAsync(stage);
    }

    [Theory, Requirement("SCSI-16")]
    [InlineData(0x03)]      // reset by an initiator: the memory of the unit stays
    [InlineData(0x07)]      // loss of the nexus
    [InlineData(null)]      // nothing reported
    public async Task Where_only_the_connection_was_lost_they_are_flushed_as_if_nothing_had_happened(int? qualifier)
    {
        await using Stage stage = await Stage.OpenAsync(Surviving);
        await WriteAsync(stage);

        stage.Target.Abort();
        await stage.WelcomeBackAsync(
            attention: qualifier is { } told ? new AdditionalSense(0x29, (byte)told) : null);
        Task flushing = FlushAsync(stage);
        stage.Respond(stage.Expect(OperationCode.SynchronizeCache10));

        await flushing;
        Assert.Empty(stage.Session.Snapshot().Losses);
    }

    [Fact, Requirement("SCSI-16")]
    public async Task A_flush_that_was_under_way_during_the_restart_fails()
    {
        await using Stage stage = await Stage.OpenAsync(Surviving);
        await WriteAsync(stage);
        Task flushing = FlushAsync(stage);
        stage.Expect(OperationCode.SynchronizeCache10);

        stage.Target.Abort();
        await stage.WelcomeBackAsync(attention: AdditionalSense.PowerOn);
        stage.Respond(stage.Expect(OperationCode.SynchronizeCache10));

        await Assert.ThrowsAsync<LostWritesException>(() => flushing);
    }

    [Fact, Requirement("SCSI-16")]
    public async Task What_was_flushed_before_is_safe_and_what_was_not_acknowledged_is_sent_again()
    {
        await using Stage stage = await Stage.OpenAsync(Surviving);
        await WriteAsync(stage);
        Task flushing = FlushAsync(stage);
        stage.Respond(stage.Expect(OperationCode.SynchronizeCache10));
        await flushing;
        Task writing = stage.WriteAsync(1, Block);
        stage.Expect(OperationCode.Write16);

        stage.Target.Abort();
        await stage.WelcomeBackAsync(attention: AdditionalSense.PowerOn);
        stage.Respond(stage.Expect(OperationCode.Write16));
        await writing;
        Task again = FlushAsync(stage);
        stage.Respond(stage.Expect(OperationCode.SynchronizeCache10));

        await again;
    }

    [Fact, Requirement("SCSI-16")]
    public async Task A_piece_of_a_large_write_that_was_acknowledged_before_the_restart_counts()
    {
        await using Stage stage = await Stage.OpenAsync(Surviving, keys: ["ImmediateData=No", "InitialR2T=Yes"]);
        Task writing = stage.WriteAsync(0, new byte[512 * 1024]);
        ScsiCommand first = stage.Expect(OperationCode.Write16);
        stage.Expect(OperationCode.Write16);
        stage.Respond(first);
        await stage.Target.ExpectHandledAsync();

        stage.Target.Abort();
        await stage.WelcomeBackAsync(attention: AdditionalSense.PowerOn);
        stage.Respond(stage.Expect(OperationCode.Write16));
        await writing;

        await Assert.ThrowsAsync<LostWritesException>(() => FlushAsync(stage));
    }

    [Fact, Requirement("SCSI-16")]
    public async Task A_restart_behind_a_living_connection_counts_too()
    {
        await using Stage stage = await Stage.OpenAsync();
        await WriteAsync(stage);
        Task flushing = FlushAsync(stage);
        ScsiCommand flush = stage.Expect(OperationCode.SynchronizeCache10);
        stage.Respond(flush, ScsiStatus.CheckCondition, SenseData.UnitAttention(AdditionalSense.PowerOn));
        stage.Respond(stage.Expect(OperationCode.SynchronizeCache10));

        await Assert.ThrowsAsync<LostWritesException>(() => flushing);
    }

    private static async Task WriteAsync(Stage stage)
    {
        Task writing = stage.WriteAsync(0, Block);
        stage.Respond(stage.Expect(OperationCode.Write16));
        await writing;
    }

    private static async Task ReadAsync(Stage stage)
    {
        Task reading = stage.ReadAsync(0, new byte[Stage.BlockLength]);
        ScsiCommand read = stage.Expect(OperationCode.Read16);
        stage.Target.Send(stage.Data(read, 0, Stage.BlockLength, 0, hasStatus: true), Block);
        await reading;
    }

    private static Task FlushAsync(Stage stage) =>
        Stage.ElsewhereAsync(stage.Unit.FlushAsync(CancellationToken.None));
}
