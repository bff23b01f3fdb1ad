using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Target;

/// <summary>What the target says in the log: events 3000 to 3999.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(3010, LogLevel.Error, "The device of unit {Lun} failed command {Cdb}; its initiator is told")]
    public static partial void DeviceFailed(this ILogger logger, Exception fault, LogicalUnitNumber lun, CdbBytes cdb);
}
