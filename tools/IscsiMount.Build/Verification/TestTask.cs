using IscsiMount.Build.Packages;
using IscsiMount.Testing;

namespace IscsiMount.Build.Verification;

/// <summary>Installs what the tests need, compiles everything, and runs all tests.</summary>
internal sealed class TestTask : IBuildTask
{
    // One for each core of a small build machine. More would only make deadlines of tests tight.
    private const int ModulesAtOnce = 2;

    public string Name => "test";

    public string Usage => "test [--project P] [--filter TEST] [--seed N]";

    public string Summary => "installs what tests need, compiles, runs all tests or those chosen";

    public async Task<int> RunAsync(TaskArguments arguments, CancellationToken cancellationToken)
    {
        var selection = new TestSelection(
            arguments.TakeOption("--project"), arguments.TakeOption("--filter"), arguments.TakeOption("--seed"));
        arguments.End(this);

        IReadOnlyList<TestModule> modules = TestModule.Find(selection.Project);
        await PackageInstaller.EnsureAsync(ForeignPackages.All, cancellationToken);
        await CompileAsync(selection, modules, cancellationToken);

        var runner = new TestModuleRunner(selection);
        return TestSummary.Print(await RunAllAsync(modules, runner, cancellationToken));
    }

    // A chosen part is compiled alone, so that a round of work on it is short.
    private static async Task CompileAsync(
        TestSelection selection, IReadOnlyList<TestModule> modules, CancellationToken cancellationToken)
    {
        if (selection.Project is null)
        {
            await Compilation.BuildAsync(Workspace.Solution, cancellationToken);
        }
        else
        {
            foreach (TestModule module in modules)
            {
                await Compilation.BuildAsync(module.Project, cancellationToken);
            }
        }

        if (selection.IsEverything)
        {
            await Compilation.VerifyLayoutAsync(cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<TestReport>> RunAllAsync(
        IReadOnlyList<TestModule> modules, TestModuleRunner runner, CancellationToken cancellationToken)
    {
        var reports = new List<TestReport>();
        await Parallel.ForEachAsync(
            modules.Where(module => !module.RunsAlone),
            new ParallelOptions { MaxDegreeOfParallelism = ModulesAtOnce, CancellationToken = cancellationToken },
            RunOneAsync);
        foreach (TestModule module in modules.Where(module => module.RunsAlone))
        {
            await RunOneAsync(module, cancellationToken);
        }

        return reports;

        async ValueTask RunOneAsync(TestModule module, CancellationToken stop)
        {
            TestReport report = await runner.RunAsync(module, stop);
            lock (reports)
            {
                reports.Add(report);
            }
        }
    }
}
