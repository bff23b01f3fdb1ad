using System.CommandLine;
using IscsiMount.Cli.Output;
using IscsiMount.Control;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Verbs;

/// <summary><c>agent start</c>: the agent runs when this ends.</summary>
internal sealed class AgentStartVerb(CliContext context)
    : Verb("start", "Starts the agent, if it does not run. Other verbs do this by themselves.", context)
{
    public override IReadOnlyList<string> Examples { get; } = ["agent start"];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        ControlClient client = await Context.Agent.OpenAsync(cancellationToken);
        Document state = await client.GetStateAsync(cancellationToken);
        Context.Output.Write(new Document { Agent = state.Agent }, AgentText.Write);
        return 0;
    }
}
