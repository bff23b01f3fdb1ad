using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Sense;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Connections;

/// <summary>Sessions that consist of several connections.</summary>
public sealed class SeveralConnectionsTests : IAsyncDisposable
{
    private readonly TestTarget _target = new();
    private readonly ScriptedInitiator _one;
    private readonly ScriptedInitiator _two;
    private readonly ushort _tsih;

    public SeveralConnectionsTests()
    {
        _one = _target.Connect();
        _two = _target.Connect();
        _tsih = _one.Login("MaxConnections=2 ImmediateData=No InitialR2T=Yes").Response.Tsih;
        _one.PassFirstAttention();
        _two.CmdSN = _one.CmdSN;
        Assert.Equal(LoginStatus.Success, _two.Join(_tsih, 1));
        _two.NextTag = 1000;
    }

    public async ValueTask DisposeAsync()
    {
        _one.Dispose();
        _two.Dispose();
        await _target.DisposeAsync();
    }

    [Fact, Requirement("MCS-01", "MCS-03")]
    public void Each_connection_has_its_own_numbers_and_digests_and_all_have_one_window()
    {
        TestTargetSession(connectionCount: 2);

        ScsiCommand first = Next(_one, "12 00 00 0024 00", readLength: 36);
        _one.Send(first);
        DataIn answer = _one.Receive<DataIn>();
        ScsiCommand second = Next(_two, "12 00 00 0024 00", readLength: 36);
        _two.Send(second);
        DataIn other = _two.Receive<DataIn>();

        Assert.Equal(first.CmdSN.Next, answer.ExpCmdSN);
        Assert.Equal(second.CmdSN.Next, other.ExpCmdSN);
        Assert.Equal(answer.MaxCmdSN.Next, other.MaxCmdSN);
    }

    [Fact, Requirement("MCS-03", "NUM-08")]
    public void A_command_waits_for_those_before_it_on_other_connections()
    {
        ScsiCommand first = Next(_one, "12 00 00 0024 00", readLength: 36);
        ScsiCommand second = Next(_two, "12 00 00 0024 00", readLength: 36);
        _two.Send(second);
        Ping(_two);

        _one.Send(first);

        Assert.Equal(first.InitiatorTaskTag, _one.Receive<DataIn>().InitiatorTaskTag);
        Assert.Equal(second.InitiatorTaskTag, _two.Receive<DataIn>().InitiatorTaskTag);
    }

    [Fact, Requirement("MCS-02", "TGT-08")]
    public void The_data_of_a_write_counts_only_on_the_connection_of_the_command()
    {
        _one.Send(Next(_one, "2A 00 00000000 00 0001 00", writeLength: 512));
        ReadyToTransfer wanted = _one.Receive<ReadyToTransfer>();

        _two.Send(ScriptedInitiator.DataFor(wanted), Filled(0xEE));
        Ping(_two);
        _one.Send(ScriptedInitiator.DataFor(wanted), Filled(0x11));
        _one.ReceiveGood();

        Assert.Equal(Filled(0x11), ReadFirstBlock(_two));
    }

    [Fact, Requirement("MCS-01", "LOGIN-16")]
    public void One_connection_more_than_agreed_is_too_many()
    {
        Assert.Equal(LoginStatus.TooManyConnections, _target.Connect().Join(_tsih, 2));
        TestTargetSession(connectionCount: 2);
    }

    [Theory, Requirement("KEY-14", "MCS-04")]
    [InlineData("MaxConnections=4", false)]
    [InlineData("InitialR2T=No", false)]
    [InlineData("ErrorRecoveryLevel=0", false)]
    [InlineData("SessionType=Normal HeaderDigest=None MaxRecvDataSegmentLength=4096", true)]
    public void What_holds_for_a_session_is_settled_by_its_first_connection(string keys, bool isAccepted)
    {
        _two.Close();

        Assert.Equal(
            isAccepted ? LoginStatus.Success : LoginStatus.InitiatorError, _target.Connect().Join(_tsih, 1, keys));
    }

    [Fact, Requirement("MCS-05", "LOGOUT-06", "ERL-22")]
    public async Task A_connection_that_is_lost_takes_its_commands_along_and_nothing_else()
    {
        _target.Device.Holds = true;
        ScsiCommand kept = Next(_one, "28 00 00000000 00 0001 00", readLength: 512);
        _one.Send(kept);
        await Eventually.HoldsAsync(() => _target.Device.HeldCount == 1);
        _two.Send(Next(_two, "28 00 00000000 00 0001 00", readLength: 512));
        await Eventually.HoldsAsync(() => _target.Device.HeldCount == 2);

        _two.Close();
        await Eventually.HoldsAsync(() => ConnectionCount() == 1);
        _target.Device.ReleaseAll();

        Assert.Equal(kept.InitiatorTaskTag, _one.Receive<DataIn>().InitiatorTaskTag);
        _one.Send(Next(_one, "00 00 00 00 00 00"));
        Assert.Equal(new AdditionalSense(0x47, 0x7F), _one.ReceiveFailure().Additional);
    }

    [Fact, Requirement("MCS-05", "LOGOUT-05")]
    public async Task A_command_that_waited_on_a_lost_connection_is_sent_again_on_another()
    {
        ScsiCommand missing = Next(_one, "00 00 00 00 00 00");
        ScsiCommand early = Next(_two, "12 00 00 0024 00", readLength: 36);
        _two.Send(early);
        Ping(_two);
        _two.Close();
        await Eventually.HoldsAsync(() => ConnectionCount() == 1);

        _one.Send(missing);
        Assert.Equal(early.CmdSN, _one.ReceiveGood().ExpCmdSN);
        _one.Send(early);

        Assert.Equal(early.InitiatorTaskTag, _one.Receive<DataIn>().InitiatorTaskTag);
        Ping(_one);
    }

    [Fact, Requirement("LOGOUT-02", "LOGOUT-05")]
    public async Task A_connection_can_be_logged_out_over_another_when_its_device_work_is_over()
    {
        _target.Device.IgnoresCancellation = true;
        _target.Device.Holds = true;
        _two.Send(Next(_two, "28 00 00000000 00 0001 00", readLength: 512));
        await Eventually.HoldsAsync(() => _target.Device.HeldCount == 1);

        _one.CmdSN = _two.CmdSN;
        _one.Send(Logout(_one, LogoutReason.CloseConnection, connectionId: 1));
        Assert.True(_two.IsClosed());
        Ping(_one);
        _target.Device.ReleaseAll();

        Assert.Equal(LogoutResult.Closed, _one.Receive<LogoutResponse>().Response);
        TestTargetSession(connectionCount: 1);
    }

    [Fact, Requirement("LOGOUT-02", "LOGOUT-03", "MCS-05")]
    public async Task A_connection_logs_itself_out_and_the_other_goes_on()
    {
        _one.Send(Logout(_one, LogoutReason.CloseConnection, connectionId: 9));
        Assert.Equal(LogoutResult.ConnectionNotFound, _one.Receive<LogoutResponse>().Response);
        _two.CmdSN = _one.CmdSN;
        _two.Send(Logout(_two, LogoutReason.CloseConnection, connectionId: 1));
        Assert.Equal(LogoutResult.Closed, _two.Receive<LogoutResponse>().Response);
        _two.Close();

        await Eventually.HoldsAsync(() => ConnectionCount() == 1);
        _one.CmdSN = _two.CmdSN;
        _one.Send(Next(_one, "00 00 00 00 00 00"));
        _one.ReceiveGood();
    }

    [Fact, Requirement("LOGOUT-02")]
    public async Task A_session_that_is_logged_out_closes_all_its_connections()
    {
        _one.Send(Logout(_one, LogoutReason.CloseSession, connectionId: 0));

        Assert.Equal(LogoutResult.Closed, _one.Receive<LogoutResponse>().Response);
        Assert.True(_two.IsClosed());
        _one.Close();
        await Eventually.HoldsAsync(() => _target.Server.Snapshot() is { ConnectionCount: 0, Sessions.Count: 0 });
    }

    [Fact, Requirement("TMF-07", "TMF-08")]
    public async Task A_reset_ends_the_commands_of_all_connections()
    {
        _target.Device.Holds = true;
        _two.Send(Next(_two, "28 00 00000000 00 0001 00", readLength: 512));
        await Eventually.HoldsAsync(() => _target.Device.HeldCount == 1);

        _one.CmdSN = _two.CmdSN;
        _one.Send(new TaskManagementRequest
        {
            IsImmediate = true,
            Function = TaskManagementFunction.LogicalUnitReset,
            Lun = default,
            InitiatorTaskTag = 0x7000_0000,
            ReferencedTaskTag = ScriptedInitiator.NoTag,
            CmdSN = new(_one.CmdSN),
            ExpStatSN = _one.ExpStatSN,
            RefCmdSN = default,
            ExpDataSN = default,
        });
        Ping(_one);
        _target.Device.ReleaseAll();

        Assert.Equal(TaskManagementResult.FunctionComplete, _one.Receive<TaskManagementResponse>().Response);
        Ping(_two);
    }

    [Fact, Requirement("SESS-02")]
    public void A_new_session_of_the_same_port_ends_all_connections_of_the_old_one()
    {
        ScriptedInitiator fresh = _target.LogIn();

        Assert.True(_one.IsClosed() && _two.IsClosed());
        TestTargetSession(connectionCount: 1);
        fresh.Send(fresh.Command("00 00 00 00 00 00"));
        fresh.ReceiveGood();
    }

    [Fact, Requirement("SESS-04", "MCS-06")]
    public async Task A_connection_takes_the_place_of_its_predecessor_while_the_others_work()
    {
        ScriptedInitiator again = _target.Connect();
        again.CmdSN = _one.CmdSN;
        Assert.Equal(LoginStatus.Success, again.Join(_tsih, 1));
        again.NextTag = 2000;

        Assert.True(_two.IsClosed());
        await Eventually.HoldsAsync(() => _target.Server.Snapshot().ConnectionCount == 2);
        again.CmdSN = _one.CmdSN;
        again.Send(again.Command("00 00 00 00 00 00"));
        Assert.Equal(new AdditionalSense(0x47, 0x7F), again.ReceiveFailure().Additional);
        TestTargetSession(connectionCount: 2);
    }

    /// <summary>A command with the number that is next in the session, whichever connection had the last one.</summary>
    private ScsiCommand Next(ScriptedInitiator initiator, string cdb, uint readLength = 0, uint writeLength = 0)
    {
        ScriptedInitiator ahead = new Primitives.SerialNumber(_one.CmdSN).Precedes(new(_two.CmdSN)) ? _two : _one;
        initiator.CmdSN = ahead.CmdSN;
        return initiator.Command(cdb, readLength, writeLength);
    }

    private byte[] ReadFirstBlock(ScriptedInitiator initiator)
    {
        initiator.Send(Next(initiator, "28 00 00000000 00 0001 00", readLength: 512));
        initiator.Receive<DataIn>(out byte[] stored);
        return stored;
    }

    private int ConnectionCount() => _target.Server.Snapshot().Sessions.Sum(session => session.ConnectionCount);

    private void TestTargetSession(int connectionCount) =>
        Assert.Equal(connectionCount, Assert.Single(_target.Server.Snapshot().Sessions).ConnectionCount);

    /// <summary>Whatever was sent before on this connection has been looked at when this returns.</summary>
    private static void Ping(ScriptedInitiator initiator)
    {
        initiator.Send(new NopOut
        {
            IsImmediate = true,
            DataSegmentLength = 0,
            Lun = default,
            InitiatorTaskTag = 0x7000_0009,
            TargetTransferTag = ScriptedInitiator.NoTag,
            CmdSN = new(initiator.CmdSN),
            ExpStatSN = initiator.ExpStatSN,
        });
        NopIn answer = initiator.Receive<NopIn>();
        while (answer.InitiatorTaskTag == ScriptedInitiator.NoTag)
        {
            answer = initiator.Receive<NopIn>();
        }

        Assert.Equal(0x7000_0009u, answer.InitiatorTaskTag);
    }

    private static LogoutRequest Logout(ScriptedInitiator initiator, LogoutReason reason, ushort connectionId) => new()
    {
        IsImmediate = true,
        Reason = reason,
        InitiatorTaskTag = 0x7000_0001,
        ConnectionId = connectionId,
        CmdSN = new(initiator.CmdSN),
        ExpStatSN = initiator.ExpStatSN,
    };

    private static byte[] Filled(byte value) => [.. Enumerable.Repeat(value, 512)];
}
