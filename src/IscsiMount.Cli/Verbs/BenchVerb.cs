using System.CommandLine;
using System.Security.Cryptography;
using IscsiMount.Agent;
using IscsiMount.Agent.Direct;
using IscsiMount.Bench;
using IscsiMount.Block;
using IscsiMount.Cli.Naming;
using IscsiMount.Cli.Output;
using IscsiMount.Cli.Serving;
using IscsiMount.Cli.Volumes;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.Control.Requests;
using IscsiMount.Primitives;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Cli.Verbs;

/// <summary><c>bench</c>: how fast a logical unit is, over sessions of this process.</summary>
internal sealed class BenchVerb : Verb
{
    private readonly TargetChoice _choice;
    private readonly BenchOptions _bench;
    private readonly Option<string?> _initiatorName = SessionOptions.InitiatorName();
    private readonly Option<DigestWish> _headerDigest = SessionOptions.Digest("--header-digest", "header");
    private readonly Option<DigestWish> _dataDigest = SessionOptions.Digest("--data-digest", "data");

    private readonly ChapOptions _chap;

    public BenchVerb(CliContext context)
        : base("bench", "Measures throughput and latency of a logical unit, without the agent.", context)
    {
        _choice = new TargetChoice(this);
        _bench = new BenchOptions(this);
        foreach (Option option in (Option[])[_initiatorName, _headerDigest, _dataDigest])
        {
            Options.Add(option);
        }

        _chap = new ChapOptions(this);
    }

    public override IReadOnlyList<string> Examples { get; } =
    [
        "bench iscsi://nas.example/iqn.2001-04.com.example:disk1/0",
        "bench --portal nas.example --lun 1 --pattern read --block-size 256K --depth 8 --time 30s",
        "bench --portal nas.example --lun 1 --pattern write --pattern randwrite --size 10G --destroy-data --json",
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        RequireConsent(arguments);
        var chance = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        using ILoggerFactory logs = ConsoleLog.Create(LogLevel.Error);
        using var unpredictable = RandomNumberGenerator.Create();
        var services = new DirectServices(OwnSettings.Read(Context), Context.Time, chance, unpredictable, logs);
        TargetChoice.Chosen chosen = _choice.Read(arguments);
        using ChapRequest? chap = _chap.Read(arguments, chosen.User);
        await using DirectUnit unit = await DirectUnit.OpenAsync(
            Request(arguments, chosen, chap), _bench.Connections(arguments), services, cancellationToken);
        IReadOnlyList<WorkloadPlan> plans = _bench.Plans(arguments, SizeOf(unit.Paths[0]));
        RequireFit(plans, unit);
        if (_bench.WantsToWrite(arguments))
        {
            await HeldUnits.RequireUnusedAsync(Context, unit, cancellationToken);
        }

        var workload = new Workload(Context.Time, chance, ProcessUse.Now);
        var reports = new List<BenchReport>();
        foreach (WorkloadPlan plan in plans)
        {
            reports.Add(await MeasureAsync(workload, plan, unit, cancellationToken));
        }

        Context.Output.Write(
            new Document { Bench = reports },
            (writer, document) => BenchText.Write(writer, document, Context.Output.IsTerminal));
        return 0;
    }

    private static long SizeOf(IBlockDevice device) => (long)device.BlockCount * device.BlockLength;

    private void RequireConsent(ParseResult arguments)
    {
        if (_bench.WantsToWrite(arguments) && !_bench.MayDestroyData(arguments))
        {
            throw new ControlException(
                ErrorCode.WrongUsage,
                "Writing destroys what is on the logical unit, and that was not allowed.",
                hint: "Add --destroy-data if nothing on it is needed any more. Nothing was written.");
        }
    }

    private static void RequireFit(IReadOnlyList<WorkloadPlan> plans, DirectUnit unit)
    {
        string[] problems = [.. plans.SelectMany(plan => Workload.Problems(plan, unit.Paths[0])).Distinct()];
        if (problems.Length > 0)
        {
            throw new ControlException(
                ErrorCode.ParameterRefused,
                $"Logical unit {unit.Report.Lun} of {unit.Report.Target} cannot be measured like this.",
                string.Join(" ", problems));
        }
    }

    private async Task<BenchReport> MeasureAsync(
        Workload workload, WorkloadPlan plan, DirectUnit unit, CancellationToken cancellationToken)
    {
        TellWhatRuns(plan);
        try
        {
            return Report(plan, unit.Paths.Count, await workload.RunAsync(plan, unit.Paths, cancellationToken));
        }
        catch (StorageFaultException fault)
        {
            throw FaultProblems.Of(
                fault, $"Logical unit {unit.Report.Lun} of {unit.Report.Target} failed while it was measured.");
        }
    }

    private void TellWhatRuns(WorkloadPlan plan)
    {
        if (Context.Output.IsTerminal && !Context.Output.IsJson)
        {
            Console.Error.WriteLine(
                $"{BenchOptions.NameOf(plan.Pattern)} for {(plan.WarmUp + plan.Duration).TotalSeconds:0.#} s ...");
        }
    }

    private static BenchReport Report(WorkloadPlan plan, int connections, WorkloadResult result) => new()
    {
        Pattern = BenchOptions.NameOf(plan.Pattern),
        BlockSize = plan.OperationLength,
        Depth = plan.Depth,
        Connections = connections,
        Seconds = Round(result.Elapsed.TotalSeconds),
        Operations = result.Operations,
        Iops = Round(result.OperationsPerSecond),
        BytesPerSecond = Round(result.BytesPerSecond),
        LatencyMicroseconds = new LatencyReport
        {
            P50 = Round(result.Latency.Median.TotalMicroseconds),
            P90 = Round(result.Latency.Percentile90.TotalMicroseconds),
            P99 = Round(result.Latency.Percentile99.TotalMicroseconds),
            P999 = Round(result.Latency.Percentile999.TotalMicroseconds),
            Max = Round(result.Latency.Longest.TotalMicroseconds),
        },
        CpuMicrosecondsPerOperation = Round(result.CpuMicrosecondsPerOperation),
        AllocatedBytesPerOperation = Round(result.AllocatedBytesPerOperation),
    };

    // What is behind the third digit is noise.
    private static double Round(double figure) => Math.Round(figure, 3);

    private LoginRequest Request(ParseResult arguments, TargetChoice.Chosen chosen, ChapRequest? chap)
    {
        return new LoginRequest
        {
            Portal = chosen.Portal,
            Target = chosen.Target,
            Lun = chosen.Lun,
            Partition = chosen.Partition,
            Chap = chap,
            InitiatorName = arguments.GetValue(_initiatorName),
            HeaderDigest = arguments.GetValue(_headerDigest),
            DataDigest = arguments.GetValue(_dataDigest),
            TimeoutSeconds = TimeoutOf(arguments).TotalSeconds,
        };
    }
}
