using System.CommandLine;
using System.Security.Cryptography;
using IscsiMount.Agent;
using IscsiMount.Cli.Output;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Cli.Verbs;

/// <summary><c>agent run</c>: this process becomes the agent.</summary>
internal sealed class AgentRunVerb : Verb
{
    private readonly Option<LogLevel> _logLevel = new("--log-level")
    {
        Description = "How much the log tells.",
        DefaultValueFactory = _ => LogLevel.Information,
    };

    public AgentRunVerb(CliContext context)
        : base("run", "Runs the agent in the foreground, until a signal or 'agent stop'.", context)
    {
        Options.Add(_logLevel);
    }

    public override IReadOnlyList<string> Examples { get; } = ["agent run", "agent run --log-level Debug"];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        AgentSettings settings = OwnSettings.Read(Context) with { LogLevel = arguments.GetValue(_logLevel) };
        var chance = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        await new AgentProcess(settings, Context.Time, chance).RunAsync(TellReady, cancellationToken);
        return 0;
    }

    private void TellReady()
    {
        if (!Context.Output.IsJson)
        {
            ResultWriter.WriteLine($"The agent listens at {Context.Paths.Endpoint}");
        }
    }
}
