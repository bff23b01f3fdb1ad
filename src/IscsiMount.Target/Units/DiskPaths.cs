using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Paths;
using IscsiMount.Scsi.Sense;

namespace IscsiMount.Target.Units;

/// <summary>
/// How a disk is reached: by one group of one port, which is as good at any portal (SPC-4, asymmetric logical unit
/// access).
/// </summary>
internal static class DiskPaths
{
    public const ushort RelativePort = 1;
    public const ushort PortGroup = 1;

    private static readonly TargetPortGroup Group = new()
    {
        Number = PortGroup,
        State = PathState.ActiveOptimized,
        SupportedStates = PathStates.ActiveOptimized,
        Ports = [RelativePort],
    };

    public static CommandPlan PlanReport(in CdbBytes cdb)
    {
        ReportTargetPortGroups command = ReportTargetPortGroups.Read(cdb);
        if (command.InvalidField is { } field)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(field));
        }

        var groups = new TargetPortGroups
        {
            TransitionSeconds = command.WantsExtendedHeader ? (byte)0 : null,
            Groups = [Group],
        };
        return Plans.Say(groups, command.AllocationLength);
    }
}
