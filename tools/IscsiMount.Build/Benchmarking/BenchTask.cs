using IscsiMount.Build.Commands;

namespace IscsiMount.Build.Benchmarking;

/// <summary>Runs benchmarks. They are no gate: times are compared on one quiet machine.</summary>
internal sealed class BenchTask : IBuildTask
{
    public string Name => "bench";

    public string Usage => "bench [FILTER...]";

    public string Summary => "lists the benchmarks, or runs those that match, such as '*Crc32C*'";

    public async Task<int> RunAsync(TaskArguments arguments, CancellationToken cancellationToken)
    {
        string[] filters = arguments.TakeRest();
        string[] selection = filters.Length > 0 ? ["--filter", .. filters] : ["--list", "flat"];
        string project = Workspace.Join("tests", "IscsiMount.Benchmarks");
        string[] results = ["--artifacts", Path.Join(Workspace.Artifacts, "benchmarks")];
        Command command = Command.Dotnet(
            ["run", "--project", project, "-c", "Release", "--", .. selection, .. results]) with
        {
            Limit = TimeSpan.FromHours(1),
        };
        CommandResult result = await CommandRunner.ShowAsync(command, cancellationToken);
        return result.IsSuccess ? 0 : 1;
    }
}
