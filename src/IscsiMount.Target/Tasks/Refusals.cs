using IscsiMount.Block;
using IscsiMount.Primitives;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Units;

namespace IscsiMount.Target.Tasks;

/// <summary>What an initiator is told when something went wrong behind its command.</summary>
internal static class Refusals
{
    /// <summary>The conditions of RFC 7143 §11.4.7.2.</summary>
    public static Refusal Of(DataOutFault fault) => fault switch
    {
        DataOutFault.Unexpected => Aborted(AdditionalSense.UnexpectedUnsolicitedData),
        DataOutFault.WrongAmount => Aborted(AdditionalSense.NotEnoughUnsolicitedData),
        DataOutFault.BadDigest => Aborted(AdditionalSense.ProtocolServiceCrcError),
        DataOutFault.None => throw new InvariantViolationException("there is a fault"),
    };

    /// <summary>What the device threw, as far as it concerns the initiator.</summary>
    public static Refusal Of(Exception fault, in CommandPlan plan) => fault switch
    {
        ReadOnlyDeviceException => new(
            ScsiStatus.CheckCondition,
            new SenseData { Key = SenseKey.DataProtect, Additional = AdditionalSense.WriteProtected }),
        ImageFileException { IsOutOfSpace: true } => new(
            ScsiStatus.CheckCondition,
            new SenseData { Key = SenseKey.DataProtect, Additional = AdditionalSense.SpaceAllocationFailed }),
        StorageFaultException { IsTransient: true } or OperationCanceledException =>
            Aborted(AdditionalSense.InternalTargetFailure),
        StorageFaultException => new(ScsiStatus.CheckCondition, Medium(plan)),
        _ => new(
            ScsiStatus.CheckCondition,
            new SenseData { Key = SenseKey.HardwareError, Additional = AdditionalSense.InternalTargetFailure }),
    };

    private static Refusal Aborted(AdditionalSense additional) => new(
        ScsiStatus.CheckCondition, new SenseData { Key = SenseKey.AbortedCommand, Additional = additional });

    private static SenseData Medium(in CommandPlan plan)
    {
        bool isRead = plan.Kind is PlanKind.Read or PlanKind.Verify or PlanKind.Compare;
        return new SenseData
        {
            Key = SenseKey.MediumError,
            Additional = isRead ? AdditionalSense.UnrecoveredReadError : AdditionalSense.WriteError,
            Information = plan.Range.Count == 0 ? null : plan.Range.First,
        };
    }
}
