using IscsiMount.Control;
using IscsiMount.Protocol;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Agent.Tests;

public sealed class OwnNameTests : IDisposable
{
    private const string Stem = "iqn.2026-01.com.example:host";

    private readonly TemporaryFolder _folder = new();
    private readonly SeededGenerator _chance = new(5);

    private AgentPaths Paths => AgentPaths.From(name => name == "ISCSIMOUNT_HOME" ? _folder.Path : null, "/none");

    public void Dispose()
    {
        _folder.Dispose();
        _chance.Dispose();
    }

    [Fact, Requirement("NAME-05")]
    public void The_name_is_drawn_once_and_kept()
    {
        string first = OwnName.ReadOrMake(Paths, Stem, _chance);
        string again = OwnName.ReadOrMake(Paths, "iqn.2026-01.com.example:renamed", _chance);

        Assert.StartsWith($"{Stem}-", first, StringComparison.Ordinal);
        Assert.Equal(first, again);
    }

    [Fact, Requirement("NAME-05")]
    public void Two_machines_that_are_called_alike_have_two_names()
    {
        using var other = new TemporaryFolder();
        var otherPaths = AgentPaths.From(name => name == "ISCSIMOUNT_HOME" ? other.Path : null, "/none");

        Assert.NotEqual(
            OwnName.ReadOrMake(Paths, Stem, _chance), OwnName.ReadOrMake(otherPaths, Stem, _chance));
    }

    [Fact, Requirement("NAME-05")]
    public void A_user_may_choose_the_name()
    {
        OwnName.ReadOrMake(Paths, Stem, _chance);
        File.WriteAllText(Paths.InitiatorNamePath, "IQN.2001-04.com.example:Mine\n");

        Assert.Equal("iqn.2001-04.com.example:mine", OwnName.ReadOrMake(Paths, Stem, _chance));
    }

    [Fact]
    public void What_is_no_name_is_told_and_not_replaced()
    {
        OwnName.ReadOrMake(Paths, Stem, _chance);
        File.WriteAllText(Paths.InitiatorNamePath, "mine");

        var refused = Assert.Throws<ControlException>(() => OwnName.ReadOrMake(Paths, Stem, _chance));

        Assert.Equal(ErrorCode.InvalidName, refused.Problem.Code);
        Assert.Contains(Paths.InitiatorNamePath, refused.Problem.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Paths.InitiatorNamePath));
    }

    [Fact, Requirement("SESS-01")]
    public void Sessions_of_one_machine_and_of_two_are_told_apart()
    {
        Isid[] all =
        [
            OwnName.IsidOf($"{Stem}-1", 1), OwnName.IsidOf($"{Stem}-1", 2),
            OwnName.IsidOf($"{Stem}-2", 1), OwnName.IsidOf($"{Stem}-2", 2),
        ];

        Assert.Equal(4, all.Distinct().Count());
        Assert.Equal(all[0], OwnName.IsidOf($"{Stem}-1", 1));
        Assert.All(all, isid => Assert.Equal(0x80UL, isid.Value >> 40));
    }
}
