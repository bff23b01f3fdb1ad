using IscsiMount.Agent;
using IscsiMount.Cli.Background;

namespace IscsiMount.Cli.Verbs;

/// <summary>Who this machine and this user are, for verbs that hold sessions themselves.</summary>
internal static class OwnSettings
{
    public static AgentSettings Read(CliContext context) => new()
    {
        Paths = context.Paths,
        Version = ProductVersion.Text,
        InitiatorName = DefaultInitiatorName(),
        Owner = UnixUser.Current,
    };

    // The agent makes the rest of it, and keeps it.
    private static string DefaultInitiatorName()
    {
        string host = Environment.MachineName.ToLowerInvariant();
        string allowed = string.Concat(host.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'));
        return $"iqn.2026-01.org.iscsimount:{(allowed.Length == 0 ? "host" : allowed)}";
    }
}
