using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Pdu;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Target;

/// <summary>What the target says in the log: events 3000 to 3999.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(3001, LogLevel.Information, "Serving {Target} with {Count} units")]
    public static partial void Serving(this ILogger logger, string target, int count);

    [LoggerMessage(3002, LogLevel.Information, "{Initiator} logged in to {Target} from {Remote} as session {Tsih}")]
    public static partial void LoggedIn(
        this ILogger logger, string initiator, string target, string remote, ushort tsih);

    [LoggerMessage(3003, LogLevel.Warning, "The login from {Remote} is refused with {Status}: {Reason}")]
    public static partial void LoginRefused(this ILogger logger, string remote, LoginStatus status, string reason);

    [LoggerMessage(3004, LogLevel.Information, "The connection from {Remote} has ended: {Reason}")]
    public static partial void ConnectionEnded(this ILogger logger, string remote, EndReason reason);

    [LoggerMessage(3005, LogLevel.Warning, "{Remote} broke a rule of the protocol; its connection is closed")]
    public static partial void ProtocolViolated(
        this ILogger logger, ProtocolViolationException violation, string remote);

    [LoggerMessage(3006, LogLevel.Warning, "The connection from {Remote} is closed: {Count} are as many as allowed")]
    public static partial void TooManyConnections(this ILogger logger, string remote, int count);

    [LoggerMessage(3007, LogLevel.Error, "The connection from {Remote} is closed by a bug of this program")]
    public static partial void ConnectionFailed(this ILogger logger, Exception bug, string remote);

    [LoggerMessage(3008, LogLevel.Information, "Serving {Count} targets now; {Removed} were taken away")]
    public static partial void Reconfigured(this ILogger logger, int count, int removed);

    [LoggerMessage(3010, LogLevel.Error, "The device of unit {Lun} failed command {Cdb}; its initiator is told")]
    public static partial void DeviceFailed(this ILogger logger, Exception fault, LogicalUnitNumber lun, CdbBytes cdb);

    [LoggerMessage(3011, LogLevel.Error, "Unit {Lun} of {Target} cannot be flushed; writes may be lost")]
    public static partial void FlushFailed(this ILogger logger, Exception fault, int lun, string target);
}
