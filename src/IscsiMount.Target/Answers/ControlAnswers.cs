using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;

namespace IscsiMount.Target.Answers;

/// <summary>The answers that are not the end of a SCSI command.</summary>
internal static class ControlAnswers
{
    private const uint NoTag = uint.MaxValue;

    /// <summary>Returns the data of a ping, cut to what the initiator accepts (RFC 7143 §11.19).</summary>
    public static Answer Echo(uint initiatorTaskTag, ReadOnlyMemory<byte> data, Action sent)
    {
        return new SinglePdu<NopIn>(
            Nop(initiatorTaskTag, NoTag, data.Length),
            static (pdu, writer) => pdu with
            {
                StatSN = writer.TakeStatSN(),
                ExpCmdSN = writer.ExpCmdSN,
                MaxCmdSN = writer.MaxCmdSN,
            },
            data,
            sent);
    }

    /// <summary>Asks for a sign of life. It shows the next StatSN and does not use it up (RFC 7143 §11.19.2).</summary>
    public static Answer Ping(uint targetTransferTag) => Unnumbered(targetTransferTag);

    /// <summary>Shows the window and asks for nothing.</summary>
    public static Answer ShowWindow() => Unnumbered(NoTag);

    public static Answer TaskManagement(uint initiatorTaskTag, TaskManagementResult result)
    {
        return new SinglePdu<TaskManagementResponse>(
            new TaskManagementResponse
            {
                Response = result,
                AdditionalResponseInformation = 0,
                InitiatorTaskTag = initiatorTaskTag,
                StatSN = default,
                ExpCmdSN = default,
                MaxCmdSN = default,
            },
            static (pdu, writer) => pdu with
            {
                StatSN = writer.TakeStatSN(),
                ExpCmdSN = writer.ExpCmdSN,
                MaxCmdSN = writer.MaxCmdSN,
            });
    }

    /// <param name="initiatorTaskTag">That of the request.</param>
    /// <param name="result">How the logout ended.</param>
    /// <param name="sent">What follows when the initiator will see it.</param>
    public static Answer Logout(uint initiatorTaskTag, LogoutResult result, Action? sent = null)
    {
        return new SinglePdu<LogoutResponse>(
            new LogoutResponse
            {
                Response = result,
                InitiatorTaskTag = initiatorTaskTag,
                StatSN = default,
                ExpCmdSN = default,
                MaxCmdSN = default,

                // Nothing is kept at recovery level 0, so there is nothing to wait for and nothing to come back to.
                Time2Wait = 0,
                Time2Retain = 0,
            },
            static (pdu, writer) => pdu with
            {
                StatSN = writer.TakeStatSN(),
                ExpCmdSN = writer.ExpCmdSN,
                MaxCmdSN = writer.MaxCmdSN,
            },
            default,
            sent);
    }

    /// <param name="reason">Why.</param>
    /// <param name="header">The complete header of what is rejected, which is sent back (RFC 7143 §11.17.3).</param>
    /// <param name="nextDataSN">Of a SNACK for data: the number that would be used next.</param>
    public static SinglePdu<Reject> Refusal(
        RejectReason reason, ReadOnlyMemory<byte> header, SerialNumber nextDataSN = default)
    {
        return new SinglePdu<Reject>(
            new Reject
            {
                Reason = reason,
                DataSegmentLength = header.Length,
                StatSN = default,
                ExpCmdSN = default,
                MaxCmdSN = default,
                DataSNOrR2TSN = nextDataSN,
            },
            static (pdu, writer) => pdu with
            {
                StatSN = writer.TakeStatSN(),
                ExpCmdSN = writer.ExpCmdSN,
                MaxCmdSN = writer.MaxCmdSN,
            },
            header);
    }

    /// <summary>Asks the initiator to log out within a number of seconds (RFC 7143 §11.9.1).</summary>
    public static Answer LogoutWanted(ushort seconds)
    {
        return new SinglePdu<AsynchronousMessage>(
            new AsynchronousMessage
            {
                DataSegmentLength = 0,
                Lun = default,
                StatSN = default,
                ExpCmdSN = default,
                MaxCmdSN = default,
                Event = AsyncEvent.LogoutRequest,
                AsyncVCode = 0,
                Parameter1 = 0,
                Parameter2 = 0,
                Parameter3 = seconds,
            },
            static (pdu, writer) => pdu with
            {
                StatSN = writer.TakeStatSN(),
                ExpCmdSN = writer.ExpCmdSN,
                MaxCmdSN = writer.MaxCmdSN,
            });
    }

    /// <param name="response">The response without its numbers.</param>
    /// <param name="text">Its text.</param>
    /// <param name="newSegmentLength">
    /// What the initiator accepts in all that is written behind it, if that changes.
    /// </param>
    public static Answer Text(TextResponse response, ReadOnlyMemory<byte> text, int? newSegmentLength)
    {
        return new SinglePdu<TextResponse>(
            response,
            (pdu, writer) =>
            {
                writer.MaxSendDataSegmentLength = newSegmentLength ?? writer.MaxSendDataSegmentLength;
                return pdu with
                {
                    StatSN = writer.TakeStatSN(),
                    ExpCmdSN = writer.ExpCmdSN,
                    MaxCmdSN = writer.MaxCmdSN,
                };
            },
            text);
    }

    private static SinglePdu<NopIn> Unnumbered(uint targetTransferTag)
    {
        return new SinglePdu<NopIn>(
            Nop(NoTag, targetTransferTag, 0),
            static (pdu, writer) => pdu with
            {
                StatSN = writer.NextStatSN,
                ExpCmdSN = writer.ExpCmdSN,
                MaxCmdSN = writer.MaxCmdSN,
            });
    }

    private static NopIn Nop(uint initiatorTaskTag, uint targetTransferTag, int dataLength) => new()
    {
        DataSegmentLength = dataLength,
        Lun = default,
        InitiatorTaskTag = initiatorTaskTag,
        TargetTransferTag = targetTransferTag,
        StatSN = default,
        ExpCmdSN = default,
        MaxCmdSN = default,
    };
}
