using System.CommandLine;
using IscsiMount.Cli.Naming;
using IscsiMount.Cli.Output;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.Control.Requests;

namespace IscsiMount.Cli.Verbs;

/// <summary><c>login</c>: a session, and its volumes where programs see them.</summary>
internal sealed class LoginVerb : Verb
{
    private readonly TargetChoice _choice;

    private readonly Option<string?> _mount = new("--mount")
    {
        Description = "Where the volume appears; it must then be one. Default: a directory below ~/iscsimount.",
        HelpName = "DIR",
    };

    private readonly Option<bool> _noMount = new("--no-mount")
    {
        Description = "Open the session and mount nothing.",
    };

    private readonly Option<bool> _readOnly = new("--read-only")
    {
        Description = "Never write. In this version every volume is mounted read-only anyway.",
    };

    private readonly Option<string?> _initiatorName = SessionOptions.InitiatorName();
    private readonly Option<DigestWish> _headerDigest = SessionOptions.Digest("--header-digest", "header");
    private readonly Option<DigestWish> _dataDigest = SessionOptions.Digest("--data-digest", "data");

    private readonly Option<TimeSpan?> _reconnectTimeout = new("--reconnect-timeout")
    {
        Description = "How long reads and writes wait for a target that is away before they fail. Default: 120s.",
        HelpName = "T",
        CustomParser = CommonOptions.ParseDuration,
    };

    private readonly ChapOptions _chap;

    public LoginVerb(CliContext context)
        : base("login", "Opens and keeps a session, then mounts every volume that it recognises.", context)
    {
        _choice = new TargetChoice(this);
        foreach (Option option in
            (Option[])[_mount, _noMount, _readOnly, _initiatorName, _headerDigest, _dataDigest, _reconnectTimeout])
        {
            Options.Add(option);
        }

        _chap = new ChapOptions(this);
    }

    public override IReadOnlyList<string> Examples { get; } =
    [
        "login --portal nas.example",
        "login --portal 10.0.0.5:3260 --target iqn.2001-04.com.example:disk1 --mount ~/disk1",
        "login iscsi://nas.example/iqn.2001-04.com.example:disk1/0/2",
        "login --portal nas.example --no-mount --json",
        "login --portal nas.example --reconnect-timeout 10m",
        "login iscsi://backup@nas.example/iqn.2001-04.com.example:disk1 --mutual-user nas",
        "login --portal nas.example --chap-user backup --chap-secret-file ~/.config/nas.secret",
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        TargetChoice.Chosen chosen = _choice.Read(arguments);
        using ChapRequest? chap = _chap.Read(arguments, chosen.User);
        LoginRequest request = Request(arguments, chosen) with { Chap = chap };
        Document answer = await CallAsync(
            arguments, (client, token) => client.LoginAsync(request, OperationId.Create(), token), cancellationToken);
        Context.Output.Write(answer, LoginText.Write);
        return WarnAll(answer);
    }

    private LoginRequest Request(ParseResult arguments, TargetChoice.Chosen chosen)
    {
        string? mountPoint = arguments.GetValue(_mount);
        bool isUnmounted = arguments.GetValue(_noMount);
        if (isUnmounted && mountPoint is not null)
        {
            throw new ControlException(ErrorCode.WrongUsage, "--mount and --no-mount contradict each other.");
        }

        return new LoginRequest
        {
            Portal = chosen.Portal,
            Target = chosen.Target,
            Lun = chosen.Lun,
            Partition = chosen.Partition,
            MountPoint = mountPoint is null ? null : Path.GetFullPath(mountPoint),
            Mount = !isUnmounted,
            ReadOnly = arguments.GetValue(_readOnly),
            InitiatorName = arguments.GetValue(_initiatorName),
            HeaderDigest = arguments.GetValue(_headerDigest),
            DataDigest = arguments.GetValue(_dataDigest),
            ReconnectTimeoutSeconds = arguments.GetValue(_reconnectTimeout)?.TotalSeconds,
            TimeoutSeconds = TimeoutOf(arguments).TotalSeconds,
        };
    }
}
