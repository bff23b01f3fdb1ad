using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Initiator.Commands;

/// <summary>Asks the target whether it is alive.</summary>
internal sealed class PingRequest : ControlRequest<bool>
{
    public override void Write(Span<byte> header, Numbers numbers) => new NopOut
    {
        IsImmediate = true,
        DataSegmentLength = 0,
        Lun = default,
        InitiatorTaskTag = numbers.Tag,
        TargetTransferTag = NoTag,
        CmdSN = numbers.CmdSN,
        ExpStatSN = numbers.ExpStatSN,
    }.Write(header);

    public override void Answer(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data) => Finish(true);
}

/// <summary>Answers the target, which asked whether we are alive.</summary>
internal sealed class PingReply(LogicalUnitNumber lun, uint targetTransferTag) : ControlRequest
{
    public override bool WantsAnswer => false;

    public override void Write(Span<byte> header, Numbers numbers) => new NopOut
    {
        IsImmediate = true,
        DataSegmentLength = 0,
        Lun = lun,
        InitiatorTaskTag = NoTag,
        TargetTransferTag = targetTransferTag,
        CmdSN = numbers.CmdSN,
        ExpStatSN = numbers.ExpStatSN,
    }.Write(header);

    public override void Answer(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data) => Invariant.Holds(false);

    public override void Fail(Exception fault)
    {
        // Nobody waits for it.
    }
}

/// <summary>
/// Takes the number of a command that the target rejected. Without it the target would wait for that number for ever
/// (RFC 7143 §7.3).
/// </summary>
internal sealed class GapFiller(SerialNumber cmdSN) : ControlRequest
{
    public override bool IsImmediate => false;

    public override SerialNumber? ReusedCmdSN => cmdSN;

    public override void Write(Span<byte> header, Numbers numbers) => new NopOut
    {
        IsImmediate = false,
        DataSegmentLength = 0,
        Lun = default,
        InitiatorTaskTag = numbers.Tag,
        TargetTransferTag = NoTag,
        CmdSN = numbers.CmdSN,
        ExpStatSN = numbers.ExpStatSN,
    }.Write(header);

    public override void Answer(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        // That it was received is all that was wanted.
    }

    public override void Fail(Exception fault)
    {
        // Nobody waits for it.
    }
}
