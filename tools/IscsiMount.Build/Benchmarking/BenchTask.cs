using IscsiMount.Build.Commands;
using IscsiMount.Build.Packages;
using IscsiMount.Testing;

namespace IscsiMount.Build.Benchmarking;

/// <summary>Runs benchmarks. They are no gate: times are compared on one quiet machine.</summary>
internal sealed class BenchTask : IBuildTask
{
    // Programs of their own; all other words choose among the benchmarks of single parts.
    private static readonly string[] Programs = ["mounted", "initiator"];

    public string Name => "bench";

    public string Usage => "bench [mounted | initiator PORTAL TARGET LUN | FILTER...]";

    public string Summary => "measures the mount or the initiator, lists the benchmarks, or runs those that match";

    public async Task<int> RunAsync(TaskArguments arguments, CancellationToken cancellationToken)
    {
        string[] filters = arguments.TakeRest();
        string[] results = ["--artifacts", Path.Join(Workspace.Artifacts, "benchmarks")];
        string[] selection = filters switch
        {
            [] => ["--list", "flat"],
            [string first, ..] when Programs.Contains(first) => filters,
            _ => ["--filter", .. filters, .. results],
        };
        await PackageInstaller.EnsureAsync(ForeignPackages.All, cancellationToken);
        string project = Workspace.Join("tests", "IscsiMount.Benchmarks");
        Command command = Command.Dotnet(["run", "--project", project, "-c", "Release", "--", .. selection]) with
        {
            Limit = TimeSpan.FromHours(1),
        };
        CommandResult result = await CommandRunner.ShowAsync(command, cancellationToken);
        return result.IsSuccess ? 0 : 1;
    }
}
