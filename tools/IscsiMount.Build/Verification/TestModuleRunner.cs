using System.Xml;
using System.Xml.Linq;
using IscsiMount.Build.Commands;

namespace IscsiMount.Build.Verification;

/// <summary>Runs the program of one test project and reads what it reports.</summary>
internal sealed class TestModuleRunner(TestSelection selection)
{
    // LIMIT: the slowest project takes a third of it. A test that hangs is named after a minute.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(12);

    private static readonly string ReportFolder = Path.Join(Workspace.Artifacts, "test-reports");

    public async Task<TestReport> RunAsync(TestModule module, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        TestReport outcome = File.Exists(module.Program)
            ? await RunProgramAsync(module, cancellationToken)
            : TestReport.OfCrash(module.Name, $"It was compiled, and there is no {module.Program}.");
        TimeSpan duration = TimeProvider.System.GetElapsedTime(start);

        string mark = outcome.Failed.Count == 0 ? "ok    " : "FAILED";
        string counts = $"{outcome.PassedCount,6} passed {outcome.Failed.Count,4} failed";
        lock (Console.Out)
        {
            Console.WriteLine($"{mark} {module.Name,-40} {counts} {duration.TotalSeconds,7:F1} s");
            TestSummary.PrintFailures(outcome);
        }

        return outcome;
    }

    private async Task<TestReport> RunProgramAsync(TestModule module, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(ReportFolder);
        string report = Path.Join(ReportFolder, $"{module.Name}.xml");
        File.Delete(report);

        CommandResult result = await CommandRunner.CaptureAsync(CommandFor(module, report), cancellationToken);
        return Judge(module, result, report);
    }

    private static TestReport Judge(TestModule module, CommandResult result, string report)
    {
        if (!File.Exists(report))
        {
            return TestReport.OfCrash(module.Name, $"It wrote no report and {result.Ending}.\n{Tail(result.Output)}");
        }

        TestReport outcome;
        try
        {
            outcome = TestReport.Read(module.Name, XDocument.Load(report));
        }
        catch (XmlException reason)
        {
            return TestReport.OfCrash(module.Name, $"Its report is broken ({reason.Message}), and it {result.Ending}.");
        }

        // Whoever ends with an error and reports none has crashed after its last test.
        TestReport crash = TestReport.OfCrash(module.Name, $"It {result.Ending}.\n{Tail(result.Output)}");
        return result.IsSuccess || outcome.Failed.Count > 0 ? outcome : outcome with { Failed = crash.Failed };
    }

    private Command CommandFor(TestModule module, string report)
    {
        string[] filter = selection.Filter is { } method ? ["-method", $"*{method}*"] : [];
        string[] arguments =
            ["-noColor", "-noLogo", "-failSkips", "-longRunning", "60", "-xml", report, .. filter];
        return new Command(module.Program, arguments)
        {
            Limit = Limit,
            Environment = new Dictionary<string, string?>
            {
                ["ISCSIMOUNT_SEED"] = selection.Seed,
                ["DOTNET_ROOT"] = Path.GetDirectoryName(Command.DotnetPath),
            },
        };
    }

    private static string Tail(string output)
    {
        string[] lines = output.TrimEnd().Split('\n');
        return string.Join('\n', lines.TakeLast(60));
    }
}
