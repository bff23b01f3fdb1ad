using System.CommandLine;
using IscsiMount.Cli.Output;
using IscsiMount.Control;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Verbs;

/// <summary><c>agent status</c>: whether the agent runs. It is not started for that.</summary>
internal sealed class AgentStatusVerb(CliContext context)
    : Verb("status", "Tells whether the agent runs: exit code 0 if it does, 20 if not.", context)
{
    public override IReadOnlyList<string> Examples { get; } = ["agent status", "agent status --json"];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        ControlClient? client = await Context.Agent.TryOpenAsync(cancellationToken);
        AgentReport report = client is null
            ? Stopped()
            : (await client.GetStateAsync(cancellationToken)).Agent ?? Stopped();
        Context.Output.Write(new Document { Agent = report }, AgentText.Write);
        return report.State == AgentState.Running ? 0 : ErrorCodes.ExitCodeOf(ErrorCode.AgentNotRunning);
    }

    private AgentReport Stopped() => new()
    {
        State = AgentState.Stopped,
        Endpoint = Context.Paths.Endpoint,
        LogFolder = Context.Paths.LogFolder,
    };
}
