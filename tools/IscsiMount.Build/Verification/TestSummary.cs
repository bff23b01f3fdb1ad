using System.Text.RegularExpressions;

namespace IscsiMount.Build.Verification;

/// <summary>The end of a test run: what failed and how to repeat it, what was measured, and one closing line.</summary>
internal static partial class TestSummary
{
    private const int LinesOfReasonMax = 80;

    /// <summary>Prints it.</summary>
    /// <returns>The exit code of the run: zero only if tests ran and all of them passed.</returns>
    public static int Print(IReadOnlyList<TestReport> reports)
    {
        string[] figures = [.. reports.SelectMany(report => report.Figures)];
        if (figures.Length > 0)
        {
            Console.WriteLine($"\nMeasured:\n  {string.Join("\n  ", figures)}");
        }

        string[] names = [.. reports.SelectMany(report => report.Failed.Select(failure => failure.Name))];
        if (names.Length > 0)
        {
            Console.WriteLine($"\nFailed, with reasons above:\n  {string.Join("\n  ", names)}");
        }

        int passed = reports.Sum(report => report.PassedCount);
        int failed = reports.Sum(report => report.Failed.Count);
        if (passed + failed == 0)
        {
            Console.WriteLine("\nNo test ran, which proves nothing.");
        }

        Console.WriteLine();
        Console.WriteLine($"{passed} passed, {failed} failed");
        return ExitCode(passed, failed);
    }

    /// <summary>Prints why tests of one project failed, as soon as that is known.</summary>
    public static void PrintFailures(TestReport report)
    {
        foreach (FailedTest failure in report.Failed)
        {
            PrintFailure(report.Module, failure);
        }

        Console.Write(report.Failed.Count > 0 ? "\n" : "");
    }

    public static int ExitCode(int passed, int failed) => passed > 0 && failed == 0 ? 0 : 1;

    /// <summary>What to type to see one failure again.</summary>
    public static string RepeatCommand(string module, FailedTest failure)
    {
        string filter = failure.Method.Length > 0 ? $" --filter {failure.Method}" : "";
        Match seed = SeedArgument().Match(failure.Name);
        string replay = seed.Success ? $" --seed {seed.Groups[1].Value}" : "";
        return $"./build.sh test --project {module}{filter}{replay}";
    }

    private static void PrintFailure(string module, FailedTest failure)
    {
        string[] lines = failure.Reason.Split('\n');
        Console.WriteLine($"\nFAILED {failure.Name}");
        Console.WriteLine($"  {string.Join("\n  ", lines.Take(LinesOfReasonMax))}");
        if (lines.Length > LinesOfReasonMax)
        {
            int left = lines.Length - LinesOfReasonMax;
            Console.WriteLine($"  ... and {left} lines more in artifacts/test-reports/{module}.xml");
        }

        Console.WriteLine($"  Again: {RepeatCommand(module, failure)}");
    }

    [GeneratedRegex(@"\bseed: (-?\d+)")]
    private static partial Regex SeedArgument();
}
