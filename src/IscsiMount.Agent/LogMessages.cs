using Microsoft.Extensions.Logging;

namespace IscsiMount.Agent;

/// <summary>What the agent says in the log: events 7000 to 7999. docs/OPERATIONS.md has a row for each.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(7001, LogLevel.Information, "Agent {Version} runs as process {ProcessId} and listens at {Endpoint}")]
    public static partial void AgentRuns(this ILogger logger, string version, int processId, string endpoint);

    [LoggerMessage(7002, LogLevel.Information, "Agent stops: {Why}")]
    public static partial void AgentStops(this ILogger logger, string why);

    [LoggerMessage(7003, LogLevel.Information, "Agent has ended")]
    public static partial void AgentEnded(this ILogger logger);

    [LoggerMessage(7004, LogLevel.Error, "Request {Method} {Route} met a bug; it is answered as unexpected")]
    public static partial void RequestMetBug(this ILogger logger, Exception exception, string method, string route);

    [LoggerMessage(7005, LogLevel.Information, "Request {Route} was refused with {Code}: {Message} {Reason}")]
    public static partial void RequestRefused(
        this ILogger logger, string route, int code, string message, string? reason);

    [LoggerMessage(7006, LogLevel.Information, "Request {Route} was given up by its caller")]
    public static partial void RequestGivenUp(this ILogger logger, string route);

    [LoggerMessage(7007, LogLevel.Information, "Session {Session} with {Target} at {Portal} is open, {Count} units")]
    public static partial void SessionOpened(
        this ILogger logger, int session, string target, string portal, int count);

    [LoggerMessage(7008, LogLevel.Information, "Session {Session} with {Target} is closed")]
    public static partial void SessionClosed(this ILogger logger, int session, string target);

    [LoggerMessage(7009, LogLevel.Warning, "Logout from {Target} failed: {Reason}; the session is given up without it")]
    public static partial void LogoutFailed(this ILogger logger, string target, string reason);

    [LoggerMessage(
        7010, LogLevel.Warning, "Session {Session} with {Target} resists; the agent ends without its logout")]
    public static partial void SessionLeft(this ILogger logger, int session, string target);

    [LoggerMessage(7011, LogLevel.Information, "Volume {Volume} of {Target} is mounted at {MountPoint}")]
    public static partial void VolumeMounted(this ILogger logger, string volume, string target, string mountPoint);

    [LoggerMessage(7012, LogLevel.Information, "Volume {Volume} of {Target} is no longer mounted at {MountPoint}")]
    public static partial void VolumeUnmounted(this ILogger logger, string volume, string target, string mountPoint);

    [LoggerMessage(7013, LogLevel.Information, "Mount {MountPoint} of an agent that died is cleared")]
    public static partial void StaleMountCleared(this ILogger logger, string mountPoint);

    [LoggerMessage(
        7014, LogLevel.Warning, "Mount {MountPoint} of an agent that died stays: {Reason}; clear it by hand")]
    public static partial void StaleMountKept(this ILogger logger, string mountPoint, string reason);
}
