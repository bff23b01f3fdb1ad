using System.CommandLine;
using IscsiMount.Cli.Output;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Verbs;

/// <summary><c>status</c>: one screen with all that is there and what is wrong with it.</summary>
internal sealed class StatusVerb(CliContext context)
    : Verb("status", "Shows sessions, logical units, volumes and mounts, and what is wrong.", context)
{
    public override IReadOnlyList<string> Examples { get; } = ["status", "status --json"];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        Document state = await CallAsync(
            arguments, (client, token) => client.GetStateAsync(token), cancellationToken);
        Context.Output.Write(state, (writer, shown) => StatusText.Write(writer, shown, Context.Output.IsTerminal));
        return 0;
    }
}
