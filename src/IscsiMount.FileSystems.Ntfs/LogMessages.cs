using Microsoft.Extensions.Logging;

namespace IscsiMount.FileSystems.Ntfs;

/// <summary>What the NTFS engine says in the log: events 5000 to 5099.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(5001, LogLevel.Warning, "File {Number} of volume {Serial:X16} is damaged, reading it fails: {What}")]
    public static partial void FileDamaged(this ILogger logger, ulong number, ulong serial, string what);

    [LoggerMessage(5002, LogLevel.Warning, "File {Number} of volume {Serial:X16} was read with gaps: {What}")]
    public static partial void FileReadWithGaps(this ILogger logger, ulong number, ulong serial, string what);

    [LoggerMessage(5003, LogLevel.Warning, "Volume {Serial:X16} has more damage; after {Count} reports no more follow")]
    public static partial void TooMuchDamage(this ILogger logger, ulong serial, int count);

    [LoggerMessage(5004, LogLevel.Warning, "Volume {Serial:X16} may not be written ({Code}): {What}")]
    public static partial void MayNotBeWritten(this ILogger logger, ulong serial, string code, string what);

    [LoggerMessage(5005, LogLevel.Error, "Volume {Serial:X16} takes no more changes until it is opened again: {What}")]
    public static partial void WritingEnded(this ILogger logger, ulong serial, string what);
}
