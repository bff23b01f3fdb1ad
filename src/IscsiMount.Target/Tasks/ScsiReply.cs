using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Segments;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Answers;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Target.Tasks;

/// <summary>
/// The answer to one SCSI command: Data-In PDUs, and the status in the last of them or in a response of its own
/// (RFC 7143 §11.4, §11.7). It belongs to a task and is used again with it.
/// </summary>
/// <param name="beforeStatus">Called when the status is written: the command's place in the window is free.</param>
/// <param name="released">Called when nothing of the answer is needed any more.</param>
internal sealed class ScsiReply(Action beforeStatus, Action released) : Answer
{
    private const uint NoTag = uint.MaxValue;

    private ScsiCommand _command;
    private ReadOnlyMemory<byte> _data;
    private ReadOnlyMemory<byte> _senseSegment;
    private ScsiStatus _status;
    private long _triedLength;
    private int _sentLength;
    private int _burstLength;
    private uint _dataSN;
    private bool _hasSentStatus;

    /// <summary>Bytes of data that will be sent.</summary>
    public int DataLength => _data.Length;

    /// <summary>Prepares the answer of a command that was executed.</summary>
    /// <param name="command">The command.</param>
    /// <param name="triedLength">Bytes that it moves by its own account, whatever the initiator expects.</param>
    /// <param name="data">What it read; cut here to what the initiator has room for.</param>
    public void Succeed(in ScsiCommand command, long triedLength, ReadOnlyMemory<byte> data)
    {
        int room = command.IsRead ? (int)Math.Min(command.ExpectedDataTransferLength, int.MaxValue) : 0;
        Begin(command, ScsiStatus.Good, triedLength);
        _data = data[..Math.Min(data.Length, room)];
    }

    /// <summary>Prepares the answer of a command that failed: no data was moved.</summary>
    public void Fail(in ScsiCommand command, ScsiStatus status, SenseData? sense)
    {
        Begin(command, status, 0);
        _senseSegment = sense is { } told ? Segment(told) : default;
    }

    public override bool Write(AnswerWriter writer)
    {
        while (_sentLength < _data.Length)
        {
            if (!writer.HasRoom)
            {
                return false;
            }

            WriteData(writer);
        }

        if (_hasSentStatus)
        {
            return true;
        }

        if (!writer.HasRoom)
        {
            return false;
        }

        WriteResponse(writer);
        return true;
    }

    public override void Release() => released();

    private static byte[] Segment(SenseData sense)
    {
        Span<byte> bytes = stackalloc byte[SenseData.LengthMax];
        int length = sense.Write(bytes, SenseFormat.Fixed);
        var segment = new SenseSegment { Sense = bytes[..length] };
        byte[] written = new byte[segment.Length];
        segment.Write(written);
        return written;
    }

    private void Begin(in ScsiCommand command, ScsiStatus status, long triedLength)
    {
        _command = command;
        _status = status;
        _triedLength = triedLength;
        _data = default;
        _senseSegment = default;
        (_sentLength, _burstLength, _dataSN, _hasSentStatus) = (0, 0, 0, false);
    }

    private void WriteData(AnswerWriter writer)
    {
        int rest = _data.Length - _sentLength;
        int length = Math.Min(rest, Math.Min(writer.MaxSendDataSegmentLength, writer.MaxBurstLength - _burstLength));
        bool isLast = length == rest;
        _burstLength += length;
        bool isEndOfBurst = isLast || _burstLength == writer.MaxBurstLength;
        _burstLength = isEndOfBurst ? 0 : _burstLength;
        _hasSentStatus = isLast;
        if (isLast)
        {
            beforeStatus();
        }

        (Residuals residuals, uint residualCount) = isLast ? Residual() : default;
        writer.Add(
            new DataIn
            {
                IsFinal = isEndOfBurst,
                WantsAcknowledgement = false,
                Residuals = residuals,
                HasStatus = isLast,
                Status = isLast ? (byte)_status : (byte)0,
                DataSegmentLength = length,
                Lun = default,
                InitiatorTaskTag = _command.InitiatorTaskTag,
                TargetTransferTag = NoTag,
                StatSN = isLast ? writer.TakeStatSN() : default,
                ExpCmdSN = writer.ExpCmdSN,
                MaxCmdSN = writer.MaxCmdSN,
                DataSN = new(_dataSN),
                BufferOffset = (uint)_sentLength,
                ResidualCount = residualCount,
            },
            _data.Slice(_sentLength, length));
        _sentLength += length;
        _dataSN = unchecked(_dataSN + 1);
    }

    private void WriteResponse(AnswerWriter writer)
    {
        beforeStatus();
        (Residuals residuals, uint residualCount) = Residual();
        writer.Add(
            new ScsiResponse
            {
                Residuals = residuals,
                Response = ServiceResponse.CompletedAtTarget,
                Status = (byte)_status,
                DataSegmentLength = _senseSegment.Length,
                StatusQualifier = 0,
                InitiatorTaskTag = _command.InitiatorTaskTag,
                SnackTag = 0,
                StatSN = writer.TakeStatSN(),
                ExpCmdSN = writer.ExpCmdSN,
                MaxCmdSN = writer.MaxCmdSN,
                ExpDataSN = new(_dataSN),
                BidirectionalReadResidualCount = 0,
                ResidualCount = residualCount,
            },
            _senseSegment);
        _hasSentStatus = true;
    }

    // RFC 7143 §11.4.5
    private (Residuals Kind, uint Count) Residual()
    {
        long expected = _command.ExpectedDataTransferLength;
        return _triedLength == expected ? default
            : _triedLength > expected ? (Residuals.Overflow, (uint)(_triedLength - expected))
            : (Residuals.Underflow, (uint)(expected - _triedLength));
    }
}
