using System.Text;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Discovery;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;

namespace IscsiMount.Conformance.Tests.Initiator;

public sealed class DiscoveryTests : IDisposable
{
    private readonly ScriptedTarget _target = new();

    public void Dispose() => _target.Dispose();

    [Fact, Requirement("DISC-06", "DISC-07", "TEXT-01", "TEXT-02"), Rfc7143("11.10.4")]
    public async Task An_answer_in_several_pdus_is_asked_for_to_its_end_with_the_tag_copied()
    {
        Task<IReadOnlyList<DiscoveredTarget>> discovery = Start();
        _target.AcceptLogin();

        SentPdu question = _target.Expect();
        Say(question, "TargetName=iqn.2026-01.test:a\0TargetAddress=10.0.0.1:3260,1\0TargetName=iqn", 0x51, isC: true);
        TextRequest second = _target.Expect<TextRequest>();
        Say(second, ".2026-01.test:b\0", 0x52, isC: false);
        TextRequest third = _target.Expect<TextRequest>();
        Say(third, "TargetAddress=[2001:db8::1]:3261,2\0", uint.MaxValue, isC: false);
        SayGoodbye(_target.Expect<LogoutRequest>());

        IReadOnlyList<DiscoveredTarget> targets = await discovery;
        Assert.Equal("SendTargets=All\0"u8.ToArray(), question.Data);
        Assert.Equal((0x51u, 0x52u), (second.TargetTransferTag, third.TargetTransferTag));
        Assert.Equal(question.InitiatorTaskTag, second.InitiatorTaskTag);
        Assert.Equal(question.InitiatorTaskTag, third.InitiatorTaskTag);
        Assert.Equal(["iqn.2026-01.test:a", "iqn.2026-01.test:b"], targets.Select(target => target.Name.Value));
        Assert.Equal("[2001:db8::1]:3261,2", targets[1].Addresses[0].ToString());
    }

    [Fact, Requirement("DISC-06")]
    public async Task A_target_without_address_is_where_it_was_asked_for()
    {
        Task<IReadOnlyList<DiscoveredTarget>> discovery = Start();
        _target.AcceptLogin();

        Say(_target.Expect<TextRequest>(), "TargetName=iqn.2026-01.test:a\0", uint.MaxValue, isC: false);
        SayGoodbye(_target.Expect<LogoutRequest>());

        IReadOnlyList<DiscoveredTarget> targets = await discovery;
        Assert.Equal(Stage.Portal, Assert.Single(Assert.Single(targets).Addresses).Portal);
    }

    [Fact, Requirement("LOGOUT-07"), Rfc7143("10.3")]
    public async Task An_answer_without_end_is_given_up()
    {
        Task<IReadOnlyList<DiscoveredTarget>> discovery = Start();
        _target.AcceptLogin();
        string much = string.Concat(Enumerable.Repeat("TargetAddress=10.0.0.1:3260,1\0", 270));

        Say(_target.Expect<TextRequest>(), "TargetName=iqn.2026-01.test:a\0", 0x60, isC: false);
        Exception? end = null;
        while (end is null)
        {
            end = Record.Exception(() => Say(_target.Expect<TextRequest>(), much, 0x61, isC: false));
        }

        Assert.IsType<SessionEndedException>(await Record.ExceptionAsync(() => discovery));
    }

    private Task<IReadOnlyList<DiscoveredTarget>> Start() => Discovery.SendTargetsAsync(
        Stage.Portal, Stage.Options, Stage.Services(_target, new ManualTime()), CancellationToken.None);

    private void Say(SentPdu question, string text, uint tag, bool isC) =>
        Say(question.As<TextRequest>(), text, tag, isC);

    private void Say(TextRequest question, string text, uint tag, bool isC)
    {
        byte[] data = Encoding.UTF8.GetBytes(text);
        _target.ExpCmdSN = question.CmdSN.Next;
        _target.MaxCmdSN = new SerialNumber(unchecked(question.CmdSN.Value + 8));
        _target.Send(
            new TextResponse
            {
                IsFinal = tag == uint.MaxValue,
                Continues = isC,
                DataSegmentLength = data.Length,
                Lun = default,
                InitiatorTaskTag = question.InitiatorTaskTag,
                TargetTransferTag = tag,
                StatSN = _target.TakeStatSN(),
                ExpCmdSN = _target.ExpCmdSN,
                MaxCmdSN = _target.MaxCmdSN,
            },
            data);
    }

    private void SayGoodbye(LogoutRequest request) => _target.Send(new LogoutResponse
    {
        Response = LogoutResult.Closed,
        InitiatorTaskTag = request.InitiatorTaskTag,
        StatSN = _target.TakeStatSN(),
        ExpCmdSN = _target.ExpCmdSN,
        MaxCmdSN = _target.MaxCmdSN,
        Time2Wait = 0,
        Time2Retain = 0,
    });
}
