using IscsiMount.Initiator.Commands;
using IscsiMount.Scsi;

namespace IscsiMount.Initiator.Sessions;

/// <summary>Which commands may be sent again over another connection, and after which ends of the last one.</summary>
internal static class Replay
{
    // LIMIT: a command during which the connection broke this often is the likely reason for it.
    private const int AttemptsMax = 4;

    /// <summary>Whether another connection may do better than one that ended so.</summary>
    public static bool Helps(SessionEndReason reason) => reason switch
    {
        SessionEndReason.LoggedOut or SessionEndReason.Bug => false,
        SessionEndReason.ConnectionLost => true,
        SessionEndReason.TargetSilent => true,
        SessionEndReason.LogoutRequested => true,
        SessionEndReason.DroppedByTarget => true,
        SessionEndReason.DigestMismatch => true,
        SessionEndReason.ProtocolViolated => true,
    };

    /// <summary>
    /// Whether a command may go out (again). One that was sent before may have been carried out: then it has to be one
    /// that leaves everything as it is when it is carried out twice.
    /// </summary>
    public static bool IsAllowed(in CommandRequest command) =>
        command.Attempts == 0
        || (command.Attempts < AttemptsMax && MayBeDoneTwice((OperationCode)command.Cdb.AsSpan()[0]));

    /// <summary>Whether a command leaves everything as it is when it is carried out twice.</summary>
    public static bool MayBeDoneTwice(OperationCode code) => code switch
    {
        OperationCode.Read6 or OperationCode.Read10 or OperationCode.Read12 or OperationCode.Read16 => true,
        OperationCode.Write6 or OperationCode.Write10 or OperationCode.Write12 or OperationCode.Write16 => true,
        OperationCode.WriteAndVerify10 or OperationCode.WriteAndVerify12 or OperationCode.WriteAndVerify16 => true,
        OperationCode.Verify10 or OperationCode.Verify12 or OperationCode.Verify16 => true,
        OperationCode.PreFetch10 or OperationCode.PreFetch16 => true,
        OperationCode.SynchronizeCache10 or OperationCode.SynchronizeCache16 => true,
        OperationCode.WriteSame10 or OperationCode.WriteSame16 or OperationCode.Unmap => true,
        OperationCode.WriteAtomic16 => true,
        OperationCode.TestUnitReady or OperationCode.Inquiry or OperationCode.ReportLuns => true,
        OperationCode.ReadCapacity10 or OperationCode.ServiceActionIn16 or OperationCode.MaintenanceIn => true,
        OperationCode.ModeSense6 or OperationCode.ModeSense10 or OperationCode.LogSense => true,
        OperationCode.ReadDefectData10 or OperationCode.ReadDefectData12 => true,
        OperationCode.PersistentReserveIn or OperationCode.StartStopUnit => true,
        _ => false,
    };
}
