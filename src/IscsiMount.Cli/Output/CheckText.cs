using System.Globalization;
using IscsiMount.Control.Reports;

namespace IscsiMount.Cli.Output;

/// <summary>A check for people: one sentence, what was seen, and the findings as a table.</summary>
internal static class CheckText
{
    public static void Write(TextWriter writer, Document document, bool isTerminal)
    {
        foreach (CheckReport report in document.Checks ?? [])
        {
            Write(writer, report, isTerminal);
        }
    }

    private static void Write(TextWriter writer, CheckReport report, bool isTerminal)
    {
        string name = report.Partition is { } partition ? $"{report.Source}, partition {partition}" : report.Source;
        string verdict = report.IsSound ? "sound"
            : report.IsComplete ? $"damaged: {Number(report.FindingCount)} {Findings(report.FindingCount)}"
            : "damaged so much that it cannot be read to its end";
        string fileSystem = report.FileSystem.ToUpperInvariant();
        writer.WriteLine(ProblemText.Printable($"{name}: the {fileSystem} volume is {verdict}."));
        writer.WriteLine(
            $"  {Number(report.FileRecords)} file records, {Number(report.Directories)} directories, "
            + $"{Number(report.DirectoryEntries)} entries, {SizeText.Format(report.UsedBytes)} in use; "
            + string.Create(CultureInfo.InvariantCulture, $"checked in {report.Seconds:0.0} s, mode {report.Mode}."));
        if (report.ForgivenCount > 0)
        {
            writer.WriteLine($"  Forgiven after a crash: {Number(report.ForgivenCount)}.");
        }

        var table = new TextTable("FINDING", "RECORD", "AT BYTE", "OBSERVED");
        foreach (CheckFinding finding in report.Findings)
        {
            table.Add(finding.Kind, Number(finding.Record), Number(finding.OffsetBytes), finding.Observed);
        }

        if (!table.IsEmpty)
        {
            table.Write(writer, isTerminal);
        }

        if (report.FindingCount > report.Findings.Count)
        {
            writer.WriteLine($"and {Number(report.FindingCount - report.Findings.Count)} more.");
        }
    }

    private static string Findings(long count) => count == 1 ? "finding" : "findings";

    private static string Number<T>(T? number)
        where T : struct, IFormattable
    {
        return number?.ToString(typeof(T) == typeof(ulong) ? "0" : "#,0", CultureInfo.InvariantCulture) ?? "";
    }

    private static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
