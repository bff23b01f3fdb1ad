using IscsiMount.Initiator;
using IscsiMount.Scsi;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Conformance.Tests.Initiator;

/// <summary>Targets that stop reading, and connections that are full in both directions.</summary>
public sealed class StallTests
{
    private static readonly string[] Keys = ["InitialR2T=No", "ImmediateData=Yes", "FirstBurstLength=65536"];

    [Fact]
    public async Task While_the_target_does_not_read_our_writes_we_go_on_reading_its_data()
    {
        var target = new ScriptedTarget(capacity: 9000);
        await using Stage stage = await Stage.OpenAsync(target: target, keys: Keys);
        byte[] buffer = new byte[32 * 1024];
        Task reading = stage.ReadAsync(0, buffer);
        ScsiCommand read = stage.Expect(OperationCode.Read16);
        Task writing = stage.WriteAsync(0, new byte[65536]);
        await Eventually.HoldsAsync(() => target.HasUnread);

        // More than the connection holds: this ends only if the initiator reads although it cannot send.
        byte[] data = [.. Enumerable.Repeat((byte)0x77, buffer.Length)];
        target.Send(stage.Data(read, 0, data.Length, 0, hasStatus: true), data);

        await reading;
        Assert.Equal(data, buffer);
        Assert.False(writing.IsCompleted);
    }

    [Fact]
    public async Task A_target_that_reads_nothing_any_more_is_given_up_and_the_writes_fail()
    {
        var target = new ScriptedTarget(capacity: 9000);
        await using Stage stage = await Stage.OpenAsync(target: target, keys: Keys);
        Task[] writes = [.. Enumerable.Range(0, 4).Select(i => stage.WriteAsync((ulong)i * 128, new byte[65536]))];

        await Eventually.HoldsAsync(() =>
        {
            bool hasEnded = stage.Session.Ended.IsCompleted;
            stage.Time.Advance(hasEnded ? TimeSpan.Zero : Stage.Options.KeepAliveInterval / 4);
            return hasEnded;
        });

        foreach (Task write in writes)
        {
            var ended = await Assert.ThrowsAsync<SessionEndedException>(() => write);
            Assert.Equal(SessionEndReason.TargetSilent, ended.Reason);
        }
    }

    [Fact]
    public async Task A_connection_that_breaks_fails_all_that_was_under_way_or_waited()
    {
        await using Stage stage = await Stage.OpenAsync();
        Task[] reads = [.. Enumerable.Range(0, 100).Select(i => stage.ReadAsync((ulong)i, new byte[512]))];
        stage.Expect(OperationCode.Read16);

        stage.Target.Abort();

        foreach (Task read in reads)
        {
            var ended = await Assert.ThrowsAsync<SessionEndedException>(() => read);
            Assert.Equal(SessionEndReason.ConnectionLost, ended.Reason);
        }

        Assert.Equal(0, stage.Session.Snapshot().CommandsUnderWay);
    }
}
