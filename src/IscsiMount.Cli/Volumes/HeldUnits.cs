using IscsiMount.Agent.Direct;
using IscsiMount.Control;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Volumes;

/// <summary>Keeps verbs that overwrite a unit away from those that the agent holds.</summary>
internal static class HeldUnits
{
    // An agent that does not run holds nothing. One that does not answer might, so its silence is an error.
    public static async Task RequireUnusedAsync(
        CliContext context, DirectUnit unit, CancellationToken cancellationToken)
    {
        if (await context.Agent.TryOpenAsync(cancellationToken) is not { } agent)
        {
            return;
        }

        Document state = await agent.GetStateAsync(cancellationToken);
        if (state.Luns?.FirstOrDefault(unit.IsSameAs) is { } held)
        {
            throw new ControlException(
                ErrorCode.LunInUse,
                $"Logical unit {unit.Report.Lun} of {unit.Report.Target} is in use and will not be overwritten.",
                $"The agent holds it in session {held.Session}. Nothing was written.",
                $"Log out first: iscsimount logout --session {held.Session}");
        }
    }
}
