using System.Globalization;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Output;

/// <summary>The agent in a line or two.</summary>
internal static class AgentText
{
    public static void Write(TextWriter writer, Document document)
    {
        if (document.Agent is not { State: AgentState.Running } agent)
        {
            writer.WriteLine("The agent does not run.");
            return;
        }

        string since =
            agent.StartedAt?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "";
        writer.WriteLine($"The agent {agent.Version} runs as process {agent.ProcessId} since {since}.");
        writer.WriteLine($"  listens at  {agent.Endpoint}");
        writer.WriteLine($"  logs to     {agent.LogFolder}");
    }
}
