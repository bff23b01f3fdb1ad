using IscsiMount.Primitives;
using IscsiMount.Protocol.Discovery;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Text;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Discovery;

public sealed class SendTargetsAnswerTests
{
    [Fact, Requirement("DISC-06")]
    public void Targets_are_read_with_all_their_addresses()
    {
        IReadOnlyList<DiscoveredTarget> targets = Read(
            "TargetName=iqn.2026-01.com.example:a\0TargetAddress=10.0.0.7:3261,1\0TargetAddress=[2001:db8::1],2\0" +
            "TargetName=iqn.2026-01.com.example:b\0");

        Assert.Equal(["iqn.2026-01.com.example:a", "iqn.2026-01.com.example:b"], targets.Select(t => t.Name.Value));
        Assert.Equal(["10.0.0.7:3261,1", "[2001:db8::1]:3260,2"], targets[0].Addresses.Select(a => a.ToWire()));
        Assert.Empty(targets[1].Addresses);
    }

    [Fact, Requirement("DISC-02")]
    public void No_target_is_an_answer_too()
    {
        Assert.Empty(Read(""));
    }

    [Fact, Requirement("DISC-06")]
    public void What_is_unusable_does_no_harm_to_the_rest()
    {
        IReadOnlyList<DiscoveredTarget> targets = Read(
            "TargetName=\0TargetAddress=10.0.0.7,1\0" +
            "TargetName=iqn.2026-01.com.example:under_score\0TargetAddress=fe80::1,1\0TargetAddress=10.0.0.8,1\0");

        DiscoveredTarget only = Assert.Single(targets);
        Assert.Equal("10.0.0.8:3260,1", Assert.Single(only.Addresses).ToWire());
        Assert.Equal("fe80::1,1", Assert.Single(only.UnreadableAddresses));
    }

    [Theory]
    [InlineData("TargetAddress=10.0.0.7,1\0")]
    [InlineData("TargetName=iqn.2026-01.com.example:a\0TargetAlias=x\0")]
    [InlineData("SendTargets=Reject\0")]
    public void What_is_no_answer_is_a_violation(string text)
    {
        Assert.Throws<ProtocolViolationException>(() => Read(text));
    }

    [Fact, Requirement("DISC-05")]
    public void What_was_read_is_written_back()
    {
        TextKeys keys = new()
        {
            { "TargetName", "iqn.2026-01.com.example:a" },
            { "TargetAddress", "10.0.0.7:3260,1" },
            { "TargetAddress", "[2001:db8::1]:3261,0" },
            { "TargetName", "iqn.2026-01.com.example:b" },
        };

        Assert.Equal(keys, SendTargetsAnswer.Write(SendTargetsAnswer.Read(keys)));
    }

    [Fact, Requirement("DISC-05", "ADDR-01")]
    public void An_address_without_its_group_is_a_bug_of_the_target()
    {
        Assert.True(IscsiName.TryTake("iqn.2026-01.com.example:a", out IscsiName? name));
        DiscoveredTarget target = new() { Name = name, Addresses = [new(new("10.0.0.7", 3260), null)] };

        Assert.Throws<InvariantViolationException>(() => SendTargetsAnswer.Write([target]));
    }

    private static IReadOnlyList<DiscoveredTarget> Read(string text) =>
        SendTargetsAnswer.Read(TextKeys.Decode(System.Text.Encoding.UTF8.GetBytes(text)));
}
