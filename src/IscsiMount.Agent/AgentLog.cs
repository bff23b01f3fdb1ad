using System.Globalization;
using IscsiMount.Control;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace IscsiMount.Agent;

/// <summary>The diary of the agent: one file for each day, bounded in size and number.</summary>
internal static class AgentLog
{
    private const long FileSizeMax = 16 * 1024 * 1024;
    private const int FileCountMax = 10;

    private const string Form =
        "{Timestamp:yyyy-MM-dd HH:mm:ss.fff zzz} {Level:u3} {EventNumber} {SourceContext} "
        + "{Message:lj}{NewLine}{Exception}";

    /// <summary>The caller disposes of it last, which writes out what is buffered.</summary>
    public static ILoggerFactory Open(AgentPaths paths, LogLevel level)
    {
        Logger logger = new LoggerConfiguration()
            .MinimumLevel.Is(ToSerilog(level))
            // The web server has six lines for each request, and none of them is about disks.
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .Enrich.With<EventNumber>()
            .WriteTo.File(
                Path.Combine(paths.LogFolder, "agent-.log"),
                outputTemplate: Form,
                formatProvider: CultureInfo.InvariantCulture,
                rollingInterval: RollingInterval.Day,
                fileSizeLimitBytes: FileSizeMax,
                rollOnFileSizeLimit: true,
                retainedFileCountLimit: FileCountMax)
            .CreateLogger();
        return new Serilog.Extensions.Logging.SerilogLoggerFactory(logger, dispose: true);
    }

    private static LogEventLevel ToSerilog(LogLevel level) => level switch
    {
        LogLevel.Trace => LogEventLevel.Verbose,
        LogLevel.Debug => LogEventLevel.Debug,
        LogLevel.Information => LogEventLevel.Information,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Error => LogEventLevel.Error,
        LogLevel.Critical => LogEventLevel.Fatal,
        LogLevel.None => LevelAlias.Off,
    };

    /// <summary>Picks the number out of the event id, which is what docs/OPERATIONS.md goes by.</summary>
    private sealed class EventNumber : ILogEventEnricher
    {
        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
        {
            if (logEvent.Properties.TryGetValue("EventId", out LogEventPropertyValue? value)
                && value is StructureValue id
                && id.Properties.FirstOrDefault(property => property.Name == "Id") is { } number)
            {
                logEvent.AddOrUpdateProperty(new LogEventProperty("EventNumber", number.Value));
            }
        }
    }
}
