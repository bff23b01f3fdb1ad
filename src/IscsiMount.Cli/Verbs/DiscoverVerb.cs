using System.CommandLine;
using IscsiMount.Cli.Output;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.Control.Requests;

namespace IscsiMount.Cli.Verbs;

/// <summary><c>discover</c>: the targets of a portal.</summary>
internal sealed class DiscoverVerb : Verb
{
    private readonly Option<string> _portal = new("--portal")
    {
        Description = "The portal to ask; the port is 3260 where none is given.",
        HelpName = "HOST[:PORT]",
        Required = true,
    };

    private readonly Option<string?> _initiatorName = SessionOptions.InitiatorName();
    private readonly ChapOptions _chap;

    public DiscoverVerb(CliContext context)
        : base("discover", "Lists the targets of a portal.", context)
    {
        Options.Add(_portal);
        Options.Add(_initiatorName);
        _chap = new ChapOptions(this);
    }

    public override IReadOnlyList<string> Examples { get; } =
    [
        "discover --portal nas.example",
        "discover --portal [2001:db8::5]:3260 --json",
        "discover --portal nas.example --chap-user backup --chap-secret-file ~/.config/nas.secret",
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using ChapRequest? chap = _chap.Read(arguments);
        var request = new DiscoverRequest
        {
            Portal = arguments.GetRequiredValue(_portal),
            InitiatorName = arguments.GetValue(_initiatorName),
            Chap = chap,
            TimeoutSeconds = TimeoutOf(arguments).TotalSeconds,
        };
        Document answer = await CallAsync(
            arguments,
            (client, token) => client.DiscoverAsync(request, OperationId.Create(), token),
            cancellationToken);
        WriteList(answer, answer.Targets, ListText.Targets, $"The portal {request.Portal} shows no targets.");
        return answer.Targets is { Count: > 0 } ? 0 : ErrorCodes.ExitCodeOf(ErrorCode.NoTargets);
    }
}
