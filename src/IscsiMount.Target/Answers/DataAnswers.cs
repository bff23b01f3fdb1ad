using IscsiMount.Protocol.Pdu;
using IscsiMount.Target.Tasks;

namespace IscsiMount.Target.Answers;

/// <summary>What goes out while the data of a write comes in.</summary>
internal static class DataAnswers
{
    /// <summary>Asks for one piece. It shows the next StatSN and does not use it up (RFC 7143 §11.8.3).</summary>
    public static Answer Ask(in ScsiCommand command, DataRequest request)
    {
        return new SinglePdu<ReadyToTransfer>(
            new ReadyToTransfer
            {
                Lun = command.Lun,
                InitiatorTaskTag = command.InitiatorTaskTag,
                TargetTransferTag = request.TargetTransferTag,
                StatSN = default,
                ExpCmdSN = default,
                MaxCmdSN = default,
                R2TSN = new(request.R2TSN),
                BufferOffset = (uint)request.Offset,
                DesiredDataTransferLength = (uint)request.Length,
            },
            static (pdu, writer) => pdu with
            {
                StatSN = writer.NextStatSN,
                ExpCmdSN = writer.ExpCmdSN,
                MaxCmdSN = writer.MaxCmdSN,
            });
    }
}
