using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Connections;

/// <summary>
/// A write that its initiator has given up must not reach the disk behind the back of what comes later. The device here
/// ignores cancellation, so all that helps is to wait for it.
/// </summary>
public sealed class StaleWorkTests
{
    private const byte Old = 0xAA;
    private const byte New = 0xBB;
    private const ulong Port = 0x800000000001;
    private const ulong OtherPort = 0x800000000002;

    [Theory, Requirement("SESS-02", "SESS-04", "TGT-05")]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_login_of_the_same_port_waits_for_the_device_work_of_its_predecessor(
        bool isDropped, bool isContinued)
    {
        await using var target = new TestTarget();
        ScriptedInitiator bystander = target.LogIn(isid: OtherPort);
        ScriptedInitiator before = target.Connect();
        ushort tsih = before.Login("", isid: Port).Response.Tsih;
        before.PassFirstAttention();
        await HoldWriteAsync(target, before);
        if (isDropped)
        {
            before.Close();
        }

        ScriptedInitiator after = target.Connect();
        after.CmdSN = before.CmdSN;
        after.Send(
            after.LoginRequest(isContinued ? tsih : (ushort)0, Port), ScriptedInitiator.LoginText(TestTarget.Name));
        Task<LoginResponse> login = ReceiveLoginAsync(after);
        Assert.True(isDropped || before.IsClosed());
        PassTime(bystander);

        Assert.False(login.IsCompleted, "the new session began while the device still worked for the old one");
        target.Device.ReleaseAll();
        Assert.Equal(LoginStatus.Success, (await login).Status);
        after.PassFirstAttention();
        CheckThatNewDataStays(after);
    }

    [Theory, Requirement("TMF-03", "TMF-07", "TMF-08")]
    [InlineData(TaskManagementFunction.AbortTask, false)]
    [InlineData(TaskManagementFunction.AbortTaskSet, false)]
    [InlineData(TaskManagementFunction.ClearTaskSet, false)]
    [InlineData(TaskManagementFunction.LogicalUnitReset, false)]
    [InlineData(TaskManagementFunction.TargetWarmReset, false)]
    [InlineData(TaskManagementFunction.ClearTaskSet, true)]
    [InlineData(TaskManagementFunction.LogicalUnitReset, true)]
    [InlineData(TaskManagementFunction.TargetWarmReset, true)]
    public async Task Task_management_is_answered_when_no_device_works_for_the_tasks_any_more(
        TaskManagementFunction function, bool isByOther)
    {
        await using var target = new TestTarget();
        ScriptedInitiator writer = target.LogIn(isid: Port);
        ScriptedInitiator manager = isByOther ? target.LogIn(isid: OtherPort) : writer;
        ScsiCommand write = await HoldWriteAsync(target, writer);

        manager.Send(new TaskManagementRequest
        {
            IsImmediate = true,
            Function = function,
            Lun = write.Lun,
            InitiatorTaskTag = 0x7000_0000,
            ReferencedTaskTag = write.InitiatorTaskTag,
            CmdSN = new(manager.CmdSN),
            ExpStatSN = manager.ExpStatSN,
            RefCmdSN = write.CmdSN,
            ExpDataSN = default,
        });

        // What is asked later is answered first. An inquiry needs no device and passes any attention.
        PassTime(manager, "12 00 00 0024 00");
        target.Device.ReleaseAll();
        Assert.Equal(TaskManagementResult.FunctionComplete, manager.Receive<TaskManagementResponse>().Response);
        if (function is TaskManagementFunction.LogicalUnitReset or TaskManagementFunction.TargetWarmReset)
        {
            PassAttention(manager);
        }

        CheckThatNewDataStays(manager);
    }

    [Fact, Requirement("LOGOUT-02")]
    public async Task A_logout_is_answered_when_no_device_works_for_the_session_any_more()
    {
        await using var target = new TestTarget();
        ScriptedInitiator bystander = target.LogIn(isid: OtherPort);
        ScriptedInitiator writer = target.LogIn(isid: Port);
        await HoldWriteAsync(target, writer);

        writer.Send(new LogoutRequest
        {
            IsImmediate = true,
            Reason = LogoutReason.CloseSession,
            InitiatorTaskTag = 0x7000_0001,
            ConnectionId = 0,
            CmdSN = new(writer.CmdSN),
            ExpStatSN = writer.ExpStatSN,
        });
        Task<LogoutResponse> logout = OnItsOwnAsync(writer.Receive<LogoutResponse>);
        PassTime(bystander);

        Assert.False(logout.IsCompleted, "the logout was answered while the device still worked for the session");
        target.Device.ReleaseAll();
        Assert.Equal(LogoutResult.Closed, (await logout).Response);
        CheckThatNewDataStays(bystander);
    }

    [Fact, Requirement("TGT-09")]
    public async Task A_server_has_stopped_when_no_device_works_for_it_any_more()
    {
        await using var target = new TestTarget();
        ScriptedInitiator writer = target.LogIn(isid: Port);
        await HoldWriteAsync(target, writer);

        target.Device.Holds = false;
        Task stop = target.Server.StopAsync();
        Assert.True(HasEnded(writer));
        await Eventually.HoldsAsync(() => target.Device.HeldCount == 1);

        Assert.False(stop.IsCompleted, "the server said that it has stopped while a device still worked for it");
        target.Device.ReleaseAll();
        await stop;
    }

    private static async Task<ScsiCommand> HoldWriteAsync(TestTarget target, ScriptedInitiator writer)
    {
        target.Device.IgnoresCancellation = true;
        target.Device.Holds = true;
        ScsiCommand write = writer.Command("2A 00 00000000 00 0001 00", writeLength: 512);
        writer.Send(write, Filled(Old));
        await Eventually.HoldsAsync(() => target.Device.HeldCount == 1);
        return write;
    }

    /// <summary>
    /// Asks and is answered often enough that another thread of the server could have done what it must not do.
    /// </summary>
    private static void PassTime(ScriptedInitiator initiator, string cdb = "12 00 00 0024 00")
    {
        for (int i = 0; i < 50; i++)
        {
            initiator.Send(initiator.Command(cdb, readLength: 36));
            initiator.Receive<DataIn>();
        }
    }

    private static void PassAttention(ScriptedInitiator initiator)
    {
        initiator.Send(initiator.Command("00 00 00 00 00 00"));
        initiator.ReceiveFailure();
    }

    private static void CheckThatNewDataStays(ScriptedInitiator initiator)
    {
        initiator.Send(initiator.Command("2A 00 00000000 00 0001 00", writeLength: 512), Filled(New));
        initiator.ReceiveGood();
        initiator.Send(initiator.Command("28 00 00000000 00 0001 00", readLength: 512));
        initiator.Receive<DataIn>(out byte[] stored);
        Assert.Equal(Filled(New), stored);
    }

    private static bool HasEnded(ScriptedInitiator initiator)
    {
        while (initiator.TryReceive())
        {
        }

        return !initiator.HasLostPatience;
    }

    private static Task<LoginResponse> ReceiveLoginAsync(ScriptedInitiator initiator) =>
        OnItsOwnAsync(() => initiator.ReceiveLogin(out _));

    // A thread of its own, so that a busy pool does not delay what is waited for.
    private static Task<T> OnItsOwnAsync<T>(Func<T> receive) => Task.Factory.StartNew(
        receive, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static byte[] Filled(byte value) => [.. Enumerable.Repeat(value, 512)];
}
