using Microsoft.Extensions.Logging;

namespace IscsiMount.Cli;

/// <summary>What verbs that serve say in their log: events 8000 to 8999.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(8001, LogLevel.Warning, "The configuration is not taken, and the one before goes on: {Reason}")]
    public static partial void NotReloaded(this ILogger logger, string reason);
}
