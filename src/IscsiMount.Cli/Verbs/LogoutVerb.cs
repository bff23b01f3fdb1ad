using System.CommandLine;
using IscsiMount.Cli.Naming;
using IscsiMount.Cli.Output;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.Control.Requests;

namespace IscsiMount.Cli.Verbs;

/// <summary><c>logout</c>: unmounts the volumes of a session and ends it, whatever state it is in.</summary>
internal sealed class LogoutVerb : Verb
{
    private readonly Argument<string?> _name = new("target")
    {
        Description = "The name of the target, or its iscsi:// URL.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _target = new("--target")
    {
        Description = "The same, as an option.",
        HelpName = "IQN",
    };

    private readonly Option<int?> _session = new("--session")
    {
        Description = "The number of the session, as 'sessions' shows it.",
        HelpName = "N",
    };

    private readonly Option<bool> _all = new("--all") { Description = "Every session." };

    private readonly Option<bool> _force = new("--force")
    {
        Description = "Cut off programs that have files open, instead of giving up with exit code 11.",
    };

    public LogoutVerb(CliContext context)
        : base(
            "logout", "Unmounts the volumes of a session and logs out. Works for a session that is dead, too.", context)
    {
        Arguments.Add(_name);
        foreach (Option option in (Option[])[_target, _session, _all, _force])
        {
            Options.Add(option);
        }
    }

    public override IReadOnlyList<string> Examples { get; } =
    [
        "logout --target iqn.2001-04.com.example:disk1",
        "logout --session 1",
        "logout --all --force",
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        LogoutRequest request = Request(arguments);
        Document answer = await CallAsync(
            arguments, (client, token) => client.LogoutAsync(request, OperationId.Create(), token), cancellationToken);
        Context.Output.Write(answer, LoginText.WriteLogout);
        return WarnAll(answer);
    }

    private LogoutRequest Request(ParseResult arguments)
    {
        string? target = arguments.GetValue(_name) ?? arguments.GetValue(_target);
        int? session = arguments.GetValue(_session);
        bool isAll = arguments.GetValue(_all);
        int ways = (target is null ? 0 : 1) + (session is null ? 0 : 1) + (isAll ? 1 : 0);
        if (ways != 1)
        {
            throw new ControlException(
                ErrorCode.WrongUsage,
                ways == 0 ? "No session is named." : "The session is named in more than one way.",
                hint: "Give one of --target IQN, --session N and --all; 'iscsimount sessions' lists them.");
        }

        return new LogoutRequest
        {
            Target = target is not null && IscsiUrl.IsUrl(target) ? IscsiUrl.Parse(target).Target : target,
            Session = session,
            All = isAll,
            Force = arguments.GetValue(_force),
            TimeoutSeconds = TimeoutOf(arguments).TotalSeconds,
        };
    }
}
