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

    public DiscoverVerb(CliContext context)
        : base("discover", "Lists the targets of a portal.", context)
    {
        Options.Add(_portal);
        Options.Add(_initiatorName);
    }

    public override IReadOnlyList<string> Examples { get; } =
    [
        "discover --portal nas.example",
        "discover --portal [2001:db8::5]:3260 --json",
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var request = new DiscoverRequest
        {
            Portal = arguments.GetRequiredValue(_portal),
            InitiatorName = arguments.GetValue(_initiatorName),
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
