using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Testing;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Conformance.Tests.Initiator;

public sealed class ReadDataTests
{
    private readonly byte[] _data = [.. Enumerable.Range(0, 4096).Select(i => (byte)(i % 251))];

    [Theory, Requirement("FFP-01", "DATA-07"), Rfc7143("11.7.3")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_status_comes_with_the_last_data_or_by_itself(bool isWithData)
    {
        await using Stage stage = await Stage.OpenAsync();
        byte[] buffer = new byte[4096];
        Task reading = stage.ReadAsync(16, buffer);
        ScsiCommand command = stage.Expect(OperationCode.Read16);

        stage.Target.Send(stage.Data(command, 0, 1000, 0, hasStatus: false), _data.AsMemory(0, 1000));
        stage.Target.Send(stage.Data(command, 1000, 0, 1, hasStatus: false));
        stage.Target.Send(stage.Data(command, 1000, 3096, 2, isWithData), _data.AsMemory(1000));
        if (!isWithData)
        {
            await stage.Target.ExpectHandledAsync();
            Assert.False(reading.IsCompleted);
            stage.Respond(command);
        }

        await reading;
        Assert.Equal(_data, buffer);
        Assert.Equal((4096u, true, true), (command.ExpectedDataTransferLength, command.IsRead, command.IsFinal));
        Assert.Equal(TaskAttributeKind.Simple, command.Attribute);
    }

    [Theory, Requirement("DATA-17", "PDU-05"), Rfc7143("11.7")]
    [InlineData(4096u, 512, 0u, false)]             // behind the end
    [InlineData(0u, 4100, 0u, false)]               // longer than the read
    [InlineData(512u, 512, 0u, false)]              // not where the last data ended
    [InlineData(0u, 512, 1u, false)]                // a number is missing
    [InlineData(0u, 512, 0u, true)]                 // no such task
    public async Task Data_that_does_not_belong_ends_the_session_and_changes_nothing(
        uint offset, int length, uint number, bool isOtherTask)
    {
        await using Stage stage = await Stage.OpenAsync();
        byte[] memory = new byte[3 * 4096];
        Task reading = stage.ReadAsync(0, memory.AsMemory(4096, 4096));
        ScsiCommand command = stage.Expect(OperationCode.Read16);

        DataIn bad = stage.Data(command, offset, length, number, hasStatus: false);
        byte[] payload = [.. Enumerable.Repeat((byte)0xEE, length)];
        stage.Target.Send(bad with { InitiatorTaskTag = bad.InitiatorTaskTag ^ (isOtherTask ? 1u : 0) }, payload);

        var ended = await Assert.ThrowsAsync<SessionEndedException>(() => reading);
        Assert.Equal(SessionEndReason.ProtocolViolated, ended.Reason);
        Assert.DoesNotContain((byte)0xEE, memory[..4096]);
        Assert.DoesNotContain((byte)0xEE, memory[8192..]);
        stage.Target.ExpectEnd();
    }

    [Fact, Requirement("FFP-03"), Rfc7143("11.4.5")]
    public async Task A_read_that_is_called_good_and_is_short_fails()
    {
        await using Stage stage = await Stage.OpenAsync();
        Task reading = stage.ReadAsync(0, new byte[4096]);
        ScsiCommand command = stage.Expect(OperationCode.Read16);

        stage.Target.Send(
            stage.Data(command, 0, 3584, 0, hasStatus: true) with
            {
                Residuals = Residuals.Underflow,
                ResidualCount = 512,
            },
            _data.AsMemory(0, 3584));

        var failure = await Assert.ThrowsAsync<ShortTransferException>(() => reading);
        Assert.Equal(FaultScope.Command, failure.Scope);
        Assert.False(stage.Session.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_large_read_is_several_commands_at_once()
    {
        await using Stage stage = await Stage.OpenAsync();
        byte[] buffer = new byte[600 * 1024];
        Task reading = stage.ReadAsync(0, buffer);

        ScsiCommand[] commands = [.. Enumerable.Range(0, 3).Select(_ => stage.Expect(OperationCode.Read16))];
        foreach (ScsiCommand command in commands.Reverse())
        {
            int length = (int)command.ExpectedDataTransferLength;
            byte[] part = [.. Enumerable.Repeat((byte)(length / 2048), length)];
            stage.Target.Send(stage.Data(command, 0, length, 0, hasStatus: true), part);
        }

        await reading;
        Assert.Equal([512u * 512, 512u * 512, 176u * 512], commands.Select(each => each.ExpectedDataTransferLength));
        Assert.Equal((byte)128, buffer[0]);
        Assert.Equal((byte)44, buffer[^1]);
    }

    [Fact, Requirement("PDU-06"), Rfc7143("13.12")]
    public async Task A_segment_longer_than_we_declared_ends_the_session()
    {
        await using Stage stage = await Stage.OpenAsync(Stage.Options with { MaxRecvDataSegmentLength = 2048 });
        Task reading = stage.ReadAsync(0, new byte[4096]);
        ScsiCommand command = stage.Expect(OperationCode.Read16);

        stage.Target.Send(stage.Data(command, 0, 4096, 0, hasStatus: true), _data);

        var ended = await Assert.ThrowsAsync<SessionEndedException>(() => reading);
        Assert.Equal(SessionEndReason.ProtocolViolated, ended.Reason);
    }
}
