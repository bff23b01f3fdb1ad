using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Target.Access;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests;

/// <summary>What is served changes while sessions go on.</summary>
public sealed class ReconfigurationTests
{
    private const string Added = "iqn.2026-01.example:added";

    [Fact, Requirement("TGT-06", "DISC-02")]
    public async Task A_target_is_added_and_the_lists_of_another_change_while_its_sessions_go_on()
    {
        await using var target = new TestTarget();
        ScriptedInitiator present = target.LogIn();
        Assert.True(InitiatorPattern.TryParse("iqn.2026-01.example:other", out InitiatorPattern? other, out _));

        await target.Server.ReconfigureAsync(
            [target.Definition with { Access = new() { Initiators = [other] } }, Define(Added)],
            TargetAccess.Everyone);

        Assert.Equal(LoginStatus.AuthorizationFailure, Status(target, TestTarget.Name));
        Assert.Equal(LoginStatus.Success, Status(target, Added));
        present.Send(present.Command("00 00 00 00 00 00"));
        present.ReceiveGood();
    }

    [Fact, Requirement("TGT-09", "ASYNC-06", "LOGIN-16")]
    public async Task A_target_is_taken_away_when_its_initiators_have_gone()
    {
        await using var target = new TestTarget();
        ScriptedInitiator present = target.LogIn();

        Task change = target.Server.ReconfigureAsync([Define(Added)], TargetAccess.Everyone);
        Assert.Equal(AsyncEvent.LogoutRequest, present.Receive<AsynchronousMessage>().Event);
        Assert.Equal(LoginStatus.NotFound, Status(target, TestTarget.Name));
        present.Send(present.Command("00 00 00 00 00 00"));
        present.ReceiveGood();
        Assert.False(change.IsCompleted, "the target is gone while an initiator uses it");
        present.Close();

        await change;
        Assert.Equal(1, target.Device.FlushCount);
    }

    [Fact]
    public async Task An_initiator_that_does_not_go_is_cut_off()
    {
        var time = new ManualTime();
        await using var target = new TestTarget(time: time);
        await target.Server.StartAsync();
        ScriptedInitiator present = target.LogIn();

        Task change = target.Server.ReconfigureAsync([], TargetAccess.Everyone);
        Assert.Equal(AsyncEvent.LogoutRequest, present.Receive<AsynchronousMessage>().Event);
        await Eventually.HoldsAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return change.IsCompleted;
        });

        Assert.True(present.IsClosed());
    }

    [Fact]
    public async Task What_cannot_be_served_changes_nothing()
    {
        await using var target = new TestTarget();
        LogicalUnitDefinition[] units = [.. target.Definition.LogicalUnits.Skip(1)];

        await Assert.ThrowsAsync<ArgumentException>(() => target.Server.ReconfigureAsync(
            [target.Definition with { LogicalUnits = units }], TargetAccess.Everyone));
        await Assert.ThrowsAsync<ArgumentException>(() => target.Server.ReconfigureAsync(
            [Define(Added), Define(Added)], TargetAccess.Everyone));

        Assert.Equal(LoginStatus.NotFound, Status(target, Added));
        target.LogIn();
    }

    private static LoginStatus Status(TestTarget target, string name)
    {
        ScriptedInitiator initiator = target.Connect();
        initiator.Send(initiator.LoginRequest(isid: 0x800000000009), ScriptedInitiator.LoginText(name));
        return initiator.ReceiveLogin(out _).Status;
    }

    private static TargetDefinition Define(string text)
    {
        Assert.True(IscsiName.TryPrepare(text, out IscsiName? name, out _));
        return new TargetDefinition { Name = name, LogicalUnits = [] };
    }
}
