using IscsiMount.Initiator;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Conformance.Tests.Initiator;

public sealed class DigestTests
{
    private static readonly SessionOptions WithDigests = Stage.Options with
    {
        HeaderDigest = DigestPolicy.On,
        DataDigest = DigestPolicy.On,
    };

    [Fact, Requirement("DIG-01", "DIG-03"), Rfc7143("13.1")]
    public async Task After_the_login_every_pdu_has_its_digests_in_both_directions()
    {
        await using Stage stage = await Stage.OpenAsync(
            WithDigests, keys: ["HeaderDigest=CRC32C", "DataDigest=CRC32C", "ImmediateData=Yes"]);
        byte[] buffer = new byte[1024];
        new Random(5).NextBytes(buffer);

        Task writing = stage.WriteAsync(0, buffer);
        SentPdu written = stage.Target.Expect();
        stage.Respond(written.As<ScsiCommand>());
        await writing;
        byte[] read = new byte[1024];
        Task reading = stage.ReadAsync(0, read);
        ScsiCommand command = stage.Expect(OperationCode.Read16);
        stage.Target.Send(stage.Data(command, 0, 1024, 0, hasStatus: true), buffer);
        await reading;

        Assert.Equal(buffer, written.Data);
        Assert.Equal(buffer, read);
    }

    [Theory, Requirement("DIG-04", "DIG-07"), Rfc7143("7.8")]
    [InlineData(20)]        // in the header
    [InlineData(60)]        // in the data
    public async Task A_damaged_pdu_ends_the_session_and_the_read_fails(int place)
    {
        await using Stage stage = await Stage.OpenAsync(
            WithDigests, keys: ["HeaderDigest=CRC32C", "DataDigest=CRC32C"]);
        Task reading = stage.ReadAsync(0, new byte[1024]);
        ScsiCommand command = stage.Expect(OperationCode.Read16);
        byte[] header = new byte[BasicHeader.Length];
        stage.Data(command, 0, 1024, 0, hasStatus: true).Write(header);
        byte[] wire = stage.Target.Wire(header, new byte[1024]);

        wire[place] ^= 1;
        stage.Target.SendRaw(wire);

        var ended = await Assert.ThrowsAsync<SessionEndedException>(() => reading);
        Assert.Equal((SessionEndReason.DigestMismatch, true), (ended.Reason, ended.IsTransient));
    }

    [Fact, Requirement("DIG-01")]
    public async Task A_target_without_the_digest_that_is_demanded_is_refused()
    {
        var refused = await Assert.ThrowsAsync<LoginRefusedException>(
            () => Stage.LoginAsync(WithDigests, target: null, "HeaderDigest=CRC32C", "DataDigest=Reject"));

        Assert.Null(refused.Status);
    }
}
