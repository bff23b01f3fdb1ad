using IscsiMount.Initiator.Commands;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Transfer;
using IscsiMount.Transport.Framing;

namespace IscsiMount.Initiator.Connections;

/// <summary>
/// Turns what is to go out into PDUs: first control requests, then data that was asked for, then commands.
/// </summary>
internal sealed class FullFeatureSource(SendOrder order, PduFraming framing)
{
    public void Fill(PduBatch batch)
    {
        Span<byte> header = stackalloc byte[BasicHeader.Length];
        batch.Framing = framing;
        while (batch.HasRoom && TryAddNext(batch, header))
        {
        }
    }

    private bool TryAddNext(PduBatch batch, Span<byte> header)
    {
        if (order.TryTakeControl(out ControlRequest? control, out Numbers numbers))
        {
            control!.Write(header, numbers);
            batch.Add(header, control.Data);
            return true;
        }

        if (order.TryTakeData(out DataOutRun run, out DataPiece piece, out SerialNumber expStatSN))
        {
            AddData(batch, header, run, piece, expStatSN);
            return true;
        }

        if (order.TryTakeCommand(out TaskSlot? task, out FirstBurst burst, out expStatSN))
        {
            AddCommand(batch, header, task!, burst, expStatSN);
            return true;
        }

        return false;
    }

    private static void AddData(
        PduBatch batch, Span<byte> header, in DataOutRun run, DataPiece piece, SerialNumber expStatSN)
    {
        new DataOut
        {
            IsFinal = piece.IsFinal,
            DataSegmentLength = piece.Length,
            Lun = run.Lun,
            InitiatorTaskTag = run.Tag,
            TargetTransferTag = run.TargetTransferTag,
            ExpStatSN = expStatSN,
            DataSN = piece.DataSN,
            BufferOffset = piece.BufferOffset,
        }.Write(header);
        batch.Add(header, run.Task.Request.WriteFrom.Slice((int)piece.BufferOffset, piece.Length));
    }

    private static void AddCommand(
        PduBatch batch, Span<byte> header, TaskSlot task, FirstBurst burst, SerialNumber expStatSN)
    {
        ref readonly CommandRequest request = ref task.Request;
        new ScsiCommand
        {
            IsImmediate = false,
            IsFinal = burst.IsCommandFinal,
            IsRead = !request.ReadInto.IsEmpty,
            IsWrite = !request.WriteFrom.IsEmpty,
            Attribute = TaskAttributeKind.Simple,
            Priority = 0,
            TotalAhsWords = 0,
            DataSegmentLength = burst.ImmediateLength,
            Lun = request.Lun,
            InitiatorTaskTag = task.Tag,
            ExpectedDataTransferLength = (uint)request.Length,
            CmdSN = task.CmdSN,
            ExpStatSN = expStatSN,
            Cdb = request.Cdb,
        }.Write(header);
        batch.Add(header, request.WriteFrom[..burst.ImmediateLength]);
    }
}
