using System.CommandLine;
using IscsiMount.Cli.Output;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Verbs;

/// <summary>The verbs in the order in which the help shows them.</summary>
internal static class VerbList
{
    public static IEnumerable<Command> All(CliContext context) =>
    [
        new DiscoverVerb(context),
        new LoginVerb(context),
        new LogoutVerb(context),
        new MountVerb(context),
        new UnmountVerb(context),
        new StatusVerb(context),
        .. Lists(context),
        Group("agent", "The background process that holds sessions and mounts.",
            new AgentRunVerb(context),
            new AgentStartVerb(context),
            new AgentStopVerb(context),
            new AgentStatusVerb(context)),
        Group("target", "The iSCSI target of this program.",
            new TargetServeVerb(context)),
        new CheckVerb(context),
        new FormatVerb(context),
        new BenchVerb(context),
    ];

    private static IEnumerable<Command> Lists(CliContext context) =>
    [
        new ListVerb<TargetReport>(
            context,
            new("targets", "Lists the targets that were discovered or logged in to.", "No target is known yet."),
            new(state => state.Targets, list => new Document { Targets = list }, ListText.Targets)),
        new ListVerb<SessionReport>(
            context,
            new("sessions", "Lists the sessions.", "There is no session."),
            new(state => state.Sessions, list => new Document { Sessions = list }, ListText.Sessions)),
        new ListVerb<ConnectionReport>(
            context,
            new("connections", "Lists the TCP connections of the sessions.", "There is no connection."),
            new(state => state.Connections, list => new Document { Connections = list }, ListText.Connections)),
        new ListVerb<LunReport>(
            context,
            new("luns", "Lists the logical units of the sessions.", "There is no logical unit."),
            new(state => state.Luns, list => new Document { Luns = list }, ListText.Luns)),
        new ListVerb<VolumeReport>(
            context,
            new("volumes", "Lists the volumes on the logical units.", "There is no volume."),
            new(state => state.Volumes, list => new Document { Volumes = list }, ListText.Volumes)),
        new ListVerb<MountReport>(
            context,
            new("mounts", "Lists what is mounted, and where.", "Nothing is mounted."),
            new(state => state.Mounts, list => new Document { Mounts = list }, ListText.Mounts)),
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
