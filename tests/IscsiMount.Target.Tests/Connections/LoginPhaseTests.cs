using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Sense;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Connections;

/// <summary>How connections become sessions, and what gets in their way.</summary>
public sealed class LoginPhaseTests
{
    [Fact, Requirement("LOGIN-02")]
    public async Task Anything_else_first_closes_the_connection_at_once()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.Connect();

        initiator.Send(initiator.Command("00 00 00 00 00 00"));

        Assert.True(initiator.IsClosed());
    }

    [Fact, Requirement("LOGIN-02", "LOGIN-12")]
    public async Task Anything_else_in_a_login_is_told_to_be_wrong_there()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.Connect();
        initiator.Send(initiator.LoginRequest() with { Transit = false }, ScriptedInitiator.LoginText(TestTarget.Name));
        Assert.Equal(LoginStatus.Success, initiator.ReceiveLogin(out _).Status);

        initiator.Send(initiator.Command("00 00 00 00 00 00"));

        Assert.Equal(LoginStatus.InvalidDuringLogin, initiator.ReceiveLogin(out _).Status);
    }

    [Fact, Requirement("LOGIN-16", "LOGIN-12")]
    public async Task A_name_that_nobody_has_is_not_found()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.Connect();

        initiator.Send(initiator.LoginRequest(), ScriptedInitiator.LoginText("iqn.2026-01.example:other"));

        Assert.Equal(LoginStatus.NotFound, initiator.ReceiveLogin(out _).Status);
    }

    [Fact, Requirement("LOGIN-07")]
    public async Task A_session_that_does_not_exist_cannot_be_joined()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.Connect();

        initiator.Send(initiator.LoginRequest(tsih: 77), ScriptedInitiator.LoginText(TestTarget.Name));

        Assert.Equal(LoginStatus.SessionDoesNotExist, initiator.ReceiveLogin(out _).Status);
    }

    [Fact, Requirement("MCS-01", "LOGIN-16")]
    public async Task A_second_connection_is_one_too_many()
    {
        await using var target = new TestTarget();
        ushort tsih = target.Connect().Login().Response.Tsih;
        ScriptedInitiator second = target.Connect();

        second.Send(second.LoginRequest(tsih) with { ConnectionId = 1 }, ScriptedInitiator.LoginText(TestTarget.Name));

        Assert.Equal(LoginStatus.TooManyConnections, second.ReceiveLogin(out _).Status);
    }

    [Fact, Requirement("SESS-02", "SESS-05", "TGT-02", "TGT-05")]
    public async Task The_same_port_takes_the_place_of_its_old_session_when_the_old_commands_are_over()
    {
        await using var target = new TestTarget();
        ScriptedInitiator old = target.LogIn();
        target.Device.Holds = true;
        old.Send(old.Command("2A 00 00000000 00 0001 00", writeLength: 512), new byte[512]);
        await Eventually.HoldsAsync(() => target.Device.HeldCount == 1);

        ScriptedInitiator fresh = target.Connect();
        fresh.Login();

        Assert.True(old.IsClosed());
        target.Device.Holds = false;
        fresh.Send(fresh.Command("00 00 00 00 00 00"));
        Assert.Equal(AdditionalSense.NexusLoss, fresh.ReceiveFailure().Additional);
        Assert.Single(target.Server.Snapshot().Sessions);
    }

    [Fact, Requirement("SESS-04")]
    public async Task The_same_connection_takes_the_place_of_the_old_one_and_the_session_goes_on()
    {
        await using var target = new TestTarget();
        ScriptedInitiator old = target.Connect();
        ushort tsih = old.Login().Response.Tsih;
        old.PassFirstAttention();

        ScriptedInitiator fresh = target.Connect();
        fresh.CmdSN = old.CmdSN;
        LoginResponse response = fresh.Login(tsih: tsih).Response;

        Assert.Equal(tsih, response.Tsih);
        Assert.True(old.IsClosed());
        fresh.Send(fresh.Command("00 00 00 00 00 00"));
        Assert.Equal(new AdditionalSense(0x47, 0x7F), fresh.ReceiveFailure().Additional);
    }

    [Fact, Requirement("SESS-06")]
    public async Task Another_port_of_the_same_initiator_has_a_session_of_its_own()
    {
        await using var target = new TestTarget();
        ScriptedInitiator first = target.LogIn(isid: 0x800000000001);
        ScriptedInitiator second = target.LogIn(isid: 0x800000000002);

        foreach (ScriptedInitiator initiator in (ScriptedInitiator[])[first, second])
        {
            initiator.Send(initiator.Command("00 00 00 00 00 00"));
            initiator.ReceiveGood();
        }

        Assert.Equal(2, target.Server.Snapshot().Sessions.Count);
    }

    [Fact, Requirement("TGT-03", "LOGIN-16")]
    public async Task Sessions_beyond_the_limit_are_refused_for_now()
    {
        await using var target = new TestTarget(new() { SessionsMax = 1 });
        target.LogIn(isid: 0x800000000001);
        ScriptedInitiator second = target.Connect();

        second.Send(second.LoginRequest(isid: 0x800000000002), ScriptedInitiator.LoginText(TestTarget.Name));

        Assert.Equal(LoginStatus.OutOfResources, second.ReceiveLogin(out _).Status);
    }

    [Fact, Requirement("TGT-03")]
    public async Task Connections_beyond_the_limit_are_closed()
    {
        await using var target = new TestTarget(new() { ConnectionsMax = 2 });
        target.Connect();
        target.Connect();

        Assert.True(target.Connect().IsClosed());
    }

    [Fact, Requirement("TGT-03", "LOGIN-19")]
    public async Task A_login_that_takes_too_long_is_ended()
    {
        var time = new ManualTime();
        await using var target = new TestTarget(new() { LoginTimeout = TimeSpan.FromSeconds(10) }, time);
        await target.Server.StartAsync();
        ScriptedInitiator initiator = target.Connect();
        time.Advance(TimeSpan.FromSeconds(9));
        initiator.Send(initiator.LoginRequest() with { Transit = false }, ScriptedInitiator.LoginText(TestTarget.Name));
        initiator.ReceiveLogin(out _);

        await Eventually.HoldsAsync(() => Advance(time, target) == 0);

        Assert.True(initiator.IsClosed());
    }

    [Fact, Requirement("TGT-03", "LOGIN-11", "LOGIN-19")]
    public async Task A_text_that_does_not_end_is_refused_when_it_is_too_long()
    {
        await using var target = new TestTarget(new() { TextSizeMax = 16 * 1024 });
        ScriptedInitiator initiator = target.Connect();
        LoginRequest piece = initiator.LoginRequest() with { Transit = false, Continues = true };
        byte[] text = [.. Enumerable.Repeat((byte)'a', 8192)];

        initiator.Send(piece, text);
        Assert.Equal(LoginStatus.Success, initiator.ReceiveLogin(out _).Status);
        initiator.Send(piece, text);
        Assert.Equal(LoginStatus.Success, initiator.ReceiveLogin(out _).Status);
        initiator.Send(piece, [(byte)'a']);

        Assert.Equal(LoginStatus.InitiatorError, initiator.ReceiveLogin(out _).Status);
    }

    [Fact, Requirement("TGT-03", "LOGIN-19")]
    public async Task A_login_of_very_many_exchanges_is_refused()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.Connect();
        LoginRequest request = initiator.LoginRequest() with { Transit = false };
        initiator.Send(request, ScriptedInitiator.LoginText(TestTarget.Name));
        LoginStatus status = initiator.ReceiveLogin(out _).Status;

        for (int i = 0; i < 1000 && status.IsSuccess; i++)
        {
            initiator.Send(request);
            status = initiator.ReceiveLogin(out _).Status;
        }

        Assert.Equal(LoginStatus.InitiatorError, status);
    }

    [Fact, Requirement("DIG-01", "DIG-03", "PDU-02")]
    public async Task Digests_begin_behind_the_login_and_are_on_every_pdu()
    {
        await using var target = new TestTarget();
        ScriptedInitiator initiator = target.LogIn("HeaderDigest=CRC32C DataDigest=CRC32C");
        byte[] content = [.. Enumerable.Range(0, 1024).Select(i => (byte)(i % 251))];

        initiator.Send(initiator.Command("2A 00 00000000 00 0002 00", writeLength: 1024), content);
        initiator.ReceiveGood();
        initiator.Send(initiator.Command("28 00 00000000 00 0002 00", readLength: 1024));
        initiator.Receive<DataIn>(out byte[] read);
        initiator.Send(initiator.Command("12 00 00 0005 00", readLength: 5));
        initiator.Receive<DataIn>(out byte[] odd);

        Assert.True(initiator is { HasHeaderDigest: true, HasDataDigest: true });
        Assert.Equal(content, read);
        Assert.Equal(5, odd.Length);
    }

    private static int Advance(ManualTime time, TestTarget target)
    {
        time.Advance(TimeSpan.FromSeconds(1));
        return target.Server.Snapshot().ConnectionCount;
    }
}
