using System.Globalization;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace IscsiMount.Cli.Serving;

/// <summary>The log of a verb that runs in the foreground: standard error, so that the result stays readable.</summary>
internal static class ConsoleLog
{
    public static ILoggerFactory Create(LogLevel level)
    {
        Serilog.ILogger logger = new LoggerConfiguration()
            .MinimumLevel.Is(ToSerilog(level))
            .WriteTo.Console(
                standardErrorFromLevel: LogEventLevel.Verbose, formatProvider: CultureInfo.InvariantCulture)
            .CreateLogger();
        return new SerilogLoggerFactory(logger, dispose: true);
    }

    private static LogEventLevel ToSerilog(LogLevel level) => level switch
    {
        LogLevel.Trace => LogEventLevel.Verbose,
        LogLevel.Debug => LogEventLevel.Debug,
        LogLevel.Information => LogEventLevel.Information,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Error => LogEventLevel.Error,
        LogLevel.Critical or LogLevel.None => LogEventLevel.Fatal,
    };
}
