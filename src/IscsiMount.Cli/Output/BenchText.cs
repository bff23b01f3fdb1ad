using System.Globalization;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Output;

/// <summary>Measurements as a table: one row for each.</summary>
internal static class BenchText
{
    public static void Write(TextWriter writer, Document document, bool isTerminal)
    {
        var table = new TextTable(
            "PATTERN", "BLOCK", "DEPTH", "CONN", "IOPS", "PER SECOND", "P50 µs", "P99 µs", "P99.9 µs", "MAX µs",
            "CPU µs/OP", "ALLOC B/OP");
        foreach (BenchReport run in document.Bench ?? [])
        {
            table.Add(
                run.Pattern,
                SizeText.Format(run.BlockSize),
                Whole(run.Depth),
                Whole(run.Connections),
                Whole(run.Iops),
                SizeText.Format((long)run.BytesPerSecond),
                Whole(run.LatencyMicroseconds.P50),
                Whole(run.LatencyMicroseconds.P99),
                Whole(run.LatencyMicroseconds.P999),
                Whole(run.LatencyMicroseconds.Max),
                run.CpuMicrosecondsPerOperation.ToString("0.00", CultureInfo.InvariantCulture),
                run.AllocatedBytesPerOperation.ToString("0.0", CultureInfo.InvariantCulture));
        }

        table.Write(writer, isTerminal);
    }

    private static string Whole(double figure) => figure.ToString("0", CultureInfo.InvariantCulture);
}
