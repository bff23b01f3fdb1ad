using IscsiMount.Control;
using IscsiMount.Initiator;
using IscsiMount.Mounting;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Scsi;
using IscsiMount.Transport;

namespace IscsiMount.Agent;

/// <summary>Turns what went wrong into what a user can act upon.</summary>
public static class FaultProblems
{
    // Where the standard says which answers there are to an offer of digests.
    private const string DigestRule = "RFC 7143 §13.1";

    public static ControlException Of(StorageFaultException fault, string what) => new(Describe(fault, what), fault);

    public static ControlException Of(MountException failure, string what) => new(Describe(failure, what), failure);

    public static Problem Describe(StorageFaultException fault, string what) => fault switch
    {
        ConnectionLostException connection => OfConnection(connection, what),
        LoginRefusedException { IsAuthentication: true } refused =>
            AuthenticationProblems.Describe(refused, what, chap: null),
        LoginRefusedException { Status: { } status } => OfLogin(status, fault.Message, what),
        LoginRefusedException { Objection: LoginObjection.Redirections } => Problem.Of(
            ErrorCode.TargetMoved, what, fault.Message, "The portals of the target are set up in a circle."),
        LoginRefusedException => Problem.Of(
            ErrorCode.ParameterRefused, what, fault.Message,
            "Leave the digests at auto, or change what the target demands."),
        TargetUnreachableException => Problem.Of(
            ErrorCode.TargetUnreachable, what, fault.Message,
            "See that the target and the network are well. It is tried again by itself."),
        LostWritesException => Problem.Of(
            ErrorCode.WritesLost, what, fault.Message,
            "Unmount the volume, have it checked, and compare what was written last."),
        SessionEndedException => Problem.Of(
            ErrorCode.SessionFailed, what, fault.Message,
            "Check that the target and the network are well, then log in again."),
        ProtocolViolationException { Rule: DigestRule } => Problem.Of(
            ErrorCode.ParameterRefused, what, fault.Message,
            "The target does not take these digests. Leave them at auto."),
        ProtocolViolationException => Problem.Of(
            ErrorCode.ProtocolViolation, what, fault.Message,
            "This is a fault of the target, or what answers there is no iSCSI target. Check the address and the port."),
        DamagedMediumException => Problem.Of(
            ErrorCode.VolumeDamaged, what, fault.Message, "Have the volume checked by the system that wrote it."),
        UnusableLogicalUnitException => Problem.Of(ErrorCode.LunNotFound, what, fault.Message),
        ScsiCommandException { Status: ScsiStatus.ReservationConflict } => Problem.Of(
            ErrorCode.VolumeReserved, what, fault.Message, "Another host holds the unit. Release it there first."),
        _ => Problem.Of(ErrorCode.CommandFailed, what, fault.Message, "The log of the target may say more."),
    };

    public static Problem Describe(MountException failure, string what)
    {
        (ErrorCode code, string hint) = failure.Failure switch
        {
            MountFailure.MountPointMissing => (ErrorCode.MountPointMissing, "Make the directory above it first."),
            MountFailure.MountPointInUse => (
                ErrorCode.MountPointInUse,
                "Choose another directory with --mount; it must be empty, or not there yet."),
            MountFailure.MountPointInvalid => (ErrorCode.MountPointInvalid, "Choose a directory with --mount."),
            MountFailure.DriverMissing => (
                ErrorCode.MountDriverMissing, "Install FUSE 3 ('apt install fuse3'), and see that /dev/fuse is there."),
            MountFailure.AccessDenied => (ErrorCode.MountAccessDenied, "Choose a directory of your own with --mount."),
            MountFailure.Refused => (ErrorCode.MountRefused, "The log of the agent may say more."),
        };
        return Problem.Of(code, what, failure.Message, hint);
    }

    private static Problem OfConnection(ConnectionLostException fault, string what)
    {
        (ErrorCode code, string hint) = fault.Failure switch
        {
            ConnectFailure.Refused => (
                ErrorCode.ConnectionRefused,
                "The machine answers, but nobody listens at that port. Check the port, and that the target runs."),
            ConnectFailure.Unreachable => (
                ErrorCode.NoRoute, "Check the address and the network: there is no way to this machine."),
            ConnectFailure.NameUnknown => (ErrorCode.NameNotResolved, "Check the name, or use the address."),
            ConnectFailure.TimedOut => (
                ErrorCode.TimedOut, "Nothing answers there. Check the address, and firewalls on the way."),
            ConnectFailure.Other or null => (
                ErrorCode.ConnectionLost, "Check that the target and the network are well, then try again."),
        };
        return Problem.Of(code, what, fault.Message, hint);
    }

    private static Problem OfLogin(LoginStatus status, string reason, string what)
    {
        if (status == LoginStatus.NotFound || status == LoginStatus.TargetRemoved)
        {
            return Problem.Of(
                ErrorCode.TargetNotFound, what, reason,
                "'iscsimount discover --portal HOST' lists the targets of a portal.");
        }

        if (status == LoginStatus.AuthorizationFailure)
        {
            return Problem.Of(
                ErrorCode.LoginRefused, what, reason,
                "The access list of the target does not have this initiator. "
                + "Add its name there, or use --initiator-name.");
        }

        return status.Class switch
        {
            1 => Problem.Of(ErrorCode.TargetMoved, what, reason, "Log in at the address that the target names."),
            3 => Problem.Of(ErrorCode.TargetUnavailable, what, reason, "Try again later."),
            _ => Problem.Of(ErrorCode.LoginRefused, what, reason, "The log of the target may say more."),
        };
    }
}
