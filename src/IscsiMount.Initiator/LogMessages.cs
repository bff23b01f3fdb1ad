using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Sense;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Initiator;

/// <summary>What the initiator says in the log: events 2000 to 2999.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(2001, LogLevel.Information, "Logged in to {Target} at {Portal} as session {Tsih}")]
    public static partial void LoggedIn(this ILogger logger, string target, string portal, ushort tsih);

    [LoggerMessage(2002, LogLevel.Information, "Session with {Target} at {Portal} ended: {Reason}")]
    public static partial void SessionEnded(
        this ILogger logger, string target, string portal, SessionEndReason reason);

    [LoggerMessage(
        2003, LogLevel.Warning, "Session with {Target} at {Portal} lost ({Reason}); what was under way has failed")]
    public static partial void SessionLost(
        this ILogger logger, Exception fault, string target, string portal, SessionEndReason reason);

    [LoggerMessage(2004, LogLevel.Warning, "{Target} asks for a logout within {Within}; the session is being closed")]
    public static partial void LogoutRequested(this ILogger logger, string target, TimeSpan within);

    [LoggerMessage(2005, LogLevel.Warning, "{Target} rejected a PDU with the opcode {Opcode:X2}h: {Reason}")]
    public static partial void PduRejected(this ILogger logger, string target, byte opcode, RejectReason reason);

    [LoggerMessage(2006, LogLevel.Information, "{Target} sent the event {Event} (logical unit {Lun}: {Sense})")]
    public static partial void EventReceived(
        this ILogger logger, string target, AsyncEvent @event, LogicalUnitNumber lun, AdditionalSense? sense);

    [LoggerMessage(2007, LogLevel.Information, "{Target} at {Portal} sends us to {Address}")]
    public static partial void Redirected(this ILogger logger, string target, string portal, string address);

    [LoggerMessage(2008, LogLevel.Critical, "A bug ended the session with {Target} at {Portal}")]
    public static partial void Bug(this ILogger logger, Exception bug, string target, string portal);

    [LoggerMessage(
        2009, LogLevel.Warning, "{Target} did not answer the logout; the connection is closed without it")]
    public static partial void LogoutUnanswered(this ILogger logger, string target);

    [LoggerMessage(
        2010, LogLevel.Information,
        "{Target} at {Portal} cannot cope with our CHAP algorithms; the login is tried once more with MD5 alone")]
    public static partial void OffersLess(this ILogger logger, string target, string portal);

    [LoggerMessage(
        2020,
        LogLevel.Warning,
        "The connection with {Target} is lost ({Reason}); calls wait up to {Bound} for another")]
    public static partial void ConnectionLost(
        this ILogger logger, Exception fault, string target, SessionEndReason reason, TimeSpan bound);

    [LoggerMessage(2021, LogLevel.Information, "{Target} is connected again at {Portal} after {Away}")]
    public static partial void Reconnected(this ILogger logger, string target, string portal, TimeSpan away);

    [LoggerMessage(2022, LogLevel.Information, "Attempt {Attempt} to reach {Target} again has failed: {Why}")]
    public static partial void ReconnectFailed(this ILogger logger, string target, int attempt, string why);

    [LoggerMessage(2023, LogLevel.Error, "{Target} has been out of reach for {Bound}; calls fail until it is back")]
    public static partial void TargetUnreachable(this ILogger logger, string target, TimeSpan bound);

    [LoggerMessage(
        2024, LogLevel.Critical, "Logical unit {Lun} of {Target} was restarted and may have lost {Count} writes")]
    public static partial void WritesLost(this ILogger logger, string target, LogicalUnitNumber lun, long count);

    [LoggerMessage(2025, LogLevel.Error, "Logical unit {Lun} of {Target} is taken offline")]
    public static partial void UnitOffline(
        this ILogger logger, Exception reason, string target, LogicalUnitNumber lun);

    [LoggerMessage(2030, LogLevel.Information, "Logical unit {Lun} of {Target} reports {Topic}: {Detail}")]
    public static partial void UnitReported(
        this ILogger logger, string target, LogicalUnitNumber lun, AttentionTopic topic, AdditionalSense detail);
}
