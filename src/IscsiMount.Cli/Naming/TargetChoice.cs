using System.CommandLine;
using IscsiMount.Control;

namespace IscsiMount.Cli.Naming;

/// <summary>
/// Where to log in: a URL in one word, or <c>--portal</c>, <c>--target</c>, <c>--lun</c>, <c>--partition</c>.
/// </summary>
internal sealed class TargetChoice
{
    private readonly Argument<string?> _url = new("url")
    {
        Description = "All of it in one word: iscsi://[user@]host[:port]/iqn[/lun[/partition]].",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _portal = new("--portal")
    {
        Description = "The address of the target's portal; the port is 3260 where none is given.",
        HelpName = "HOST[:PORT]",
    };

    private readonly Option<string?> _target = new("--target")
    {
        Description = "The name of the target. It may be left out where the portal shows one target only.",
        HelpName = "IQN",
    };

    private readonly Option<ulong?> _lun = new("--lun")
    {
        Description = "Only this logical unit. Default: all.",
        HelpName = "N",
    };

    private readonly Option<int?> _partition = new("--partition")
    {
        Description = "Only this partition, from 1; 0 is a unit without partitions. Default: all.",
        HelpName = "N",
    };

    public TargetChoice(Command verb)
    {
        verb.Arguments.Add(_url);
        verb.Options.Add(_portal);
        verb.Options.Add(_target);
        verb.Options.Add(_lun);
        verb.Options.Add(_partition);
    }

    /// <exception cref="ControlException">No portal is named, or two are.</exception>
    public Chosen Read(ParseResult arguments)
    {
        string? portal = arguments.GetValue(_portal);
        string? target = arguments.GetValue(_target);
        ulong? lun = arguments.GetValue(_lun);
        int? partition = arguments.GetValue(_partition);
        if (arguments.GetValue(_url) is not { } text)
        {
            portal = portal ?? throw Wrong("No portal is named.", "Add --portal HOST[:PORT].");
            return new Chosen(portal, null, target, lun, partition);
        }

        if (portal is not null || target is not null)
        {
            throw Wrong("The target is named twice.", "Give either the URL, or --portal and --target.");
        }

        var url = IscsiUrl.Parse(text);
        return new Chosen(url.Portal, url.User, url.Target, lun ?? url.Lun, partition ?? url.Partition);
    }

    private static ControlException Wrong(string message, string hint) =>
        new(ErrorCode.WrongUsage, message, hint: hint);

    /// <summary>What was chosen.</summary>
    /// <param name="User">As whom to log in, if the URL says so.</param>
    internal sealed record Chosen(string Portal, string? User, string? Target, ulong? Lun, int? Partition);
}
