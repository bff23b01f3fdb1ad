using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Segments;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Answers;
using IscsiMount.Target.Units;
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
    private DataInCursor? _cursor;
    private uint _snackTag;
    private bool _hasLeftWindow;
    private bool _isStatusApart;
    private bool _hasSentStatus;

    public uint InitiatorTaskTag => _command.InitiatorTaskTag;

    /// <summary>Data-In PDUs that were sent.</summary>
    public uint DataInCount => _cursor?.DataSN ?? 0;

    /// <summary>The longest segment that the data was cut into.</summary>
    public int SegmentLength => _cursor?.SegmentLengthMax ?? 0;

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
    public void Fail(in ScsiCommand command, Refusal refusal, SenseFormat format)
    {
        Begin(command, refusal.Status, 0);
        _senseSegment = refusal.Sense is { } told ? Segment(told, format) : default;
    }

    public override bool Write(AnswerWriter writer)
    {
        if (!_data.IsEmpty)
        {
            DataInCursor cursor =
                _cursor ?? new DataInCursor(_data.Length, writer.MaxSendDataSegmentLength, writer.MaxBurstLength);
            while (cursor.HasMore)
            {
                if (!writer.HasRoom)
                {
                    _cursor = cursor;
                    return false;
                }

                WriteData(writer, cursor.Next());
            }

            _cursor = cursor;
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

    /// <summary>Writes one Data-In again as it was, with the status if it carried that.</summary>
    public void RepeatData(AnswerWriter writer, uint dataSN, SerialNumber statSN)
    {
        Invariant.Holds(_cursor is not null && dataSN < _cursor.Value.DataSN);
        DataInPiece piece = _cursor.Value.Find(dataSN);
        writer.Again(statSN, again =>
        {
            WriteData(again, piece);
            return true;
        });
    }

    /// <summary>All data is to be sent once more, in the segments of today, and the status in a response.</summary>
    public void Restart(uint snackTag)
    {
        _cursor = null;
        _snackTag = snackTag;
        _isStatusApart = true;
        _hasSentStatus = false;
    }

    public override void Repeat(AnswerWriter writer)
    {
        if (_cursor is { DataSN: > 0 } cursor && !_isStatusApart)
        {
            WriteData(writer, cursor.Find(cursor.DataSN - 1));
        }
        else
        {
            WriteResponse(writer);
        }
    }

    public override void Release() => released();

    private static byte[] Segment(SenseData sense, SenseFormat format)
    {
        Span<byte> bytes = stackalloc byte[SenseData.LengthMax];
        int length = sense.Write(bytes, format);
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
        _cursor = null;
        _snackTag = 0;
        (_hasLeftWindow, _isStatusApart, _hasSentStatus) = (false, false, false);
    }

    private void WriteData(AnswerWriter writer, in DataInPiece piece)
    {
        bool hasStatus = piece.IsLast && !_isStatusApart;
        _hasSentStatus |= hasStatus;
        if (hasStatus)
        {
            LeaveWindow();
        }

        (Residuals residuals, uint residualCount) = hasStatus ? Residual() : default;
        writer.Add(
            new DataIn
            {
                IsFinal = piece.IsEndOfBurst,
                WantsAcknowledgement = false,
                Residuals = residuals,
                HasStatus = hasStatus,
                Status = hasStatus ? (byte)_status : (byte)0,
                DataSegmentLength = piece.Length,
                Lun = default,
                InitiatorTaskTag = _command.InitiatorTaskTag,
                TargetTransferTag = NoTag,
                StatSN = hasStatus ? writer.TakeStatSN() : default,
                ExpCmdSN = writer.ExpCmdSN,
                MaxCmdSN = writer.MaxCmdSN,
                DataSN = new(piece.DataSN),
                BufferOffset = (uint)piece.Offset,
                ResidualCount = residualCount,
            },
            _data.Slice(piece.Offset, piece.Length));
    }

    // Sent again or not, a command leaves its place in the window once.
    private void LeaveWindow()
    {
        if (!_hasLeftWindow)
        {
            _hasLeftWindow = true;
            beforeStatus();
        }
    }

    private void WriteResponse(AnswerWriter writer)
    {
        LeaveWindow();
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
                SnackTag = _snackTag,
                StatSN = writer.TakeStatSN(),
                ExpCmdSN = writer.ExpCmdSN,
                MaxCmdSN = writer.MaxCmdSN,
                ExpDataSN = new(DataInCount),
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
