using IscsiMount.Control;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Output;

/// <summary>The one screen of <c>status</c>.</summary>
internal static class StatusText
{
    public static void Write(TextWriter writer, Document state, bool isTerminal)
    {
        if (state.Agent is { } agent)
        {
            writer.WriteLine($"Agent {agent.Version}, process {agent.ProcessId}");
        }

        if (state.Sessions is not { Count: > 0 })
        {
            writer.WriteLine("There is no session. 'iscsimount login --portal HOST' opens one.");
        }

        Section(writer, "Sessions", state.Sessions?.Count, () => ListText.Sessions(writer, state, isTerminal));
        Section(writer, "Logical units", state.Luns?.Count, () => ListText.Luns(writer, state, isTerminal));
        Section(writer, "Volumes", state.Volumes?.Count, () => ListText.Volumes(writer, state, isTerminal));
        Section(writer, "Mounts", state.Mounts?.Count, () => ListText.Mounts(writer, state, isTerminal));
        WriteProblems(writer, state.Problems ?? []);
    }

    private static void Section(TextWriter writer, string heading, int? count, Action write)
    {
        if (count is > 0)
        {
            writer.WriteLine();
            writer.WriteLine(heading);
            write();
        }
    }

    private static void WriteProblems(TextWriter writer, IReadOnlyList<Problem> problems)
    {
        writer.WriteLine();
        writer.WriteLine(problems.Count == 0 ? "Nothing is wrong." : "What is wrong");
        foreach (Problem problem in problems)
        {
            string reason = ProblemText.Printable(problem.Reason ?? "");
            writer.WriteLine($"  {ProblemText.Headline(problem)} {reason}".TrimEnd());
            if (problem.Hint is not null)
            {
                writer.WriteLine($"    next: {ProblemText.Printable(problem.Hint)}");
            }
        }
    }
}
