using System.CommandLine;

namespace IscsiMount.Cli.Verbs;

/// <summary>The verbs in the order in which the help shows them.</summary>
internal static class VerbList
{
    public static IEnumerable<Command> All(CliContext context) =>
    [
        Group("agent", "The background process that holds sessions and mounts.",
            new AgentRunVerb(context),
            new AgentStartVerb(context),
            new AgentStopVerb(context),
            new AgentStatusVerb(context)),
        Group("target", "The iSCSI target of this program.",
            new TargetServeVerb(context)),
    ];

    private static Command Group(string name, string description, params Verb[] verbs)
    {
        var group = new Command(name, description);
        foreach (Verb verb in verbs)
        {
            group.Subcommands.Add(verb);
        }

        return group;
    }
}
