using System.Net;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;
using IscsiMount.Target.Access;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Connections;

/// <summary>Who is let in, who is sent elsewhere, and what strangers see.</summary>
public sealed class AccessTests
{
    private const string Me = "iqn.2026-01.example:scripted";

    [Theory, Requirement("TGT-06", "LOGIN-16")]
    [InlineData(Me, null, true)]
    [InlineData("iqn.2026-01.EXAMPLE:scr*", null, true)]
    [InlineData("*", "198.51.100.0/24", true)]
    [InlineData("*", "198.51.100.7/32", true)]
    [InlineData("iqn.2026-01.example:other", null, false)]
    [InlineData("iqn.2026-01.example:scripte", null, false)]
    [InlineData("*", "192.0.2.0/24", false)]
    [InlineData("iqn.2026-01.example:other", "198.51.100.0/24", false)]
    public async Task Only_those_on_the_list_come_in_and_see_the_target(string initiator, string? network, bool isIn)
    {
        var access = new TargetAccess
        {
            Initiators = [Pattern(initiator)],
            Networks = network is null ? [] : [IPNetwork.Parse(network)],
        };
        await using var target = new TestTarget(access: access);
        ScriptedInitiator normal = target.Connect(from: "198.51.100.7:50000");
        normal.Send(normal.LoginRequest(), ScriptedInitiator.LoginText(TestTarget.Name));
        ScriptedInitiator discovery = target.Connect(from: "198.51.100.7:50001");
        discovery.LoginForDiscovery();

        Assert.Equal(
            isIn ? LoginStatus.Success : LoginStatus.AuthorizationFailure, normal.ReceiveLogin(out _).Status);
        Assert.Equal(isIn ? TestTarget.Name : null, Discover(discovery).Find("TargetName"));
    }

    [Fact, Requirement("TGT-06")]
    public async Task A_list_of_networks_lets_nobody_in_whose_address_is_not_known()
    {
        await using var target = new TestTarget(
            access: new TargetAccess { Networks = [IPNetwork.Parse("0.0.0.0/0")] });
        ScriptedInitiator initiator = target.Connect();

        initiator.Send(initiator.LoginRequest(), ScriptedInitiator.LoginText(TestTarget.Name));

        Assert.Equal(LoginStatus.AuthorizationFailure, initiator.ReceiveLogin(out _).Status);
    }

    [Fact, Requirement("TGT-06", "DISC-02")]
    public async Task Discovery_has_a_list_of_its_own()
    {
        var options = new TargetServerOptions
        {
            DiscoveryAccess = new TargetAccess { Initiators = [Pattern("iqn.2026-01.example:other")] },
        };
        await using var target = new TestTarget(options);
        ScriptedInitiator discovery = target.Connect();

        discovery.Send(
            discovery.LoginRequest(), ScriptedInitiator.Text($"InitiatorName={Me}", "SessionType=Discovery"));

        Assert.Equal(LoginStatus.AuthorizationFailure, discovery.ReceiveLogin(out _).Status);
        target.LogIn();
    }

    [Theory, Requirement("LOGIN-18", "ADDR-01")]
    [InlineData(false, 0x0101)]
    [InlineData(true, 0x0102)]
    public async Task Who_wants_a_target_that_has_moved_is_told_where_it_is(bool isPermanent, int status)
    {
        await using var target = new TestTarget(
            movedTo: new TargetRedirect(new PortalAddress("2001:db8::1", 3261), isPermanent));
        ScriptedInitiator initiator = target.Connect();

        initiator.Send(initiator.LoginRequest(), ScriptedInitiator.LoginText(TestTarget.Name));
        LoginResponse response = initiator.ReceiveLogin(out TextKeys keys);

        Assert.Equal(status, response.Status.Code);
        Assert.Equal(["TargetAddress=[2001:db8::1]:3261"], keys.Select(pair => pair.ToString()));
    }

    [Theory]
    [InlineData("iqn.2026-01.example:*", null)]
    [InlineData("*", null)]
    [InlineData("a*b*", "asterisk")]
    [InlineData("somebody", "iqn.")]
    public void A_pattern_is_a_name_or_the_beginning_of_one(string text, string? problem)
    {
        bool isPattern = InitiatorPattern.TryParse(text, out InitiatorPattern? pattern, out string? told);

        Assert.Equal(problem is null, isPattern);
        Assert.Equal(isPattern ? text : null, pattern?.ToString());
        Assert.Contains(problem ?? "", told ?? "", StringComparison.Ordinal);
    }

    private static TextKeys Discover(ScriptedInitiator initiator)
    {
        initiator.Send(
            new TextRequest
            {
                IsImmediate = false,
                IsFinal = true,
                Continues = false,
                DataSegmentLength = 0,
                Lun = default,
                InitiatorTaskTag = 9,
                TargetTransferTag = ScriptedInitiator.NoTag,
                CmdSN = new(initiator.CmdSN),
                ExpStatSN = initiator.ExpStatSN,
            },
            ScriptedInitiator.Text("SendTargets=All"));
        initiator.Receive<TextResponse>(out byte[] text);
        return TextKeys.Decode(text);
    }

    private static InitiatorPattern Pattern(string text)
    {
        Assert.True(InitiatorPattern.TryParse(text, out InitiatorPattern? pattern, out string? problem), problem);
        return pattern;
    }
}
