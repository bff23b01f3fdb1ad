using System.CommandLine;
using IscsiMount.Control;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Verbs;

/// <summary><c>agent stop</c>: ends when the process has ended.</summary>
internal sealed class AgentStopVerb(CliContext context)
    : Verb("stop", "Unmounts everything, logs out, and ends the agent. Waits until the process is gone.", context)
{
    public override IReadOnlyList<string> Examples { get; } = ["agent stop"];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        ControlClient? client = await Context.Agent.TryOpenAsync(cancellationToken);
        if (client is not null)
        {
            await client.StopAsync(OperationId.Create(), cancellationToken);
            await Context.Agent.WaitUntilGoneAsync(TimeoutOf(arguments), cancellationToken);
        }

        var report = new AgentReport
        {
            State = AgentState.Stopped,
            Endpoint = Context.Paths.Endpoint,
            LogFolder = Context.Paths.LogFolder,
        };
        string told = client is null ? "The agent does not run." : "The agent has stopped.";
        Context.Output.Write(new Document { Agent = report }, (writer, _) => writer.WriteLine(told));
        return 0;
    }
}
