using IscsiMount.Cli.Background;
using IscsiMount.Cli.Output;
using IscsiMount.Control;

namespace IscsiMount.Cli;

/// <summary>What every verb needs: options, output, the clock, and the way to the agent.</summary>
internal sealed class CliContext
{
    private readonly Lazy<AgentPaths> _paths = new(
        () => AgentPaths.From(
            Environment.GetEnvironmentVariable,
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)));

    public CliContext(TimeProvider time)
    {
        Time = time;
        Agent = new AgentConnection(_paths, time);
    }

    public TimeProvider Time { get; }

    public CommonOptions Options { get; } = new();

    public ResultWriter Output { get; } = new();

    public AgentPaths Paths => _paths.Value;

    public AgentConnection Agent { get; }
}
