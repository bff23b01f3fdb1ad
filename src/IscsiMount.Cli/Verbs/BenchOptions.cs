using System.CommandLine;
using System.CommandLine.Parsing;
using IscsiMount.Bench;
using IscsiMount.Cli.Naming;
using IscsiMount.Cli.Serving;

namespace IscsiMount.Cli.Verbs;

/// <summary>What <c>bench</c> is to do, as options.</summary>
internal sealed class BenchOptions
{
    private const int DepthMax = 480;
    private const int ConnectionsMax = 16;

    // LIMIT: each operation under way has a buffer of this length.
    private const long BlockSizeMax = 64L * 1024 * 1024;

    private static readonly TimeSpan DurationDefault = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WarmUpMax = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, AccessPattern> Patterns = new()
    {
        ["read"] = AccessPattern.SequentialRead,
        ["write"] = AccessPattern.SequentialWrite,
        ["randread"] = AccessPattern.RandomRead,
        ["randwrite"] = AccessPattern.RandomWrite,
    };

    private readonly Option<string[]> _patterns = new("--pattern")
    {
        Description = "What is done; repeat it for several runs, one after the other. Default: randread.",
        HelpName = "read|write|randread|randwrite",
        DefaultValueFactory = _ => ["randread"],
    };

    private readonly Option<long?> _blockSize = new("--block-size")
    {
        Description = "Bytes of each operation: 4096, 64K, 1M. Default: 4K for random patterns, 256K for the others.",
        HelpName = "SIZE",
        CustomParser = result => ParseSize(result, BlockSizeMax),
    };

    private readonly Option<int> _depth = new("--depth")
    {
        Description = $"Operations under way at once on each connection, 1 to {DepthMax}.",
        HelpName = "N",
        DefaultValueFactory = _ => 32,
    };

    private readonly Option<TimeSpan?> _time = new("--time")
    {
        Description = "How long each pattern is measured, after a start that does not count. Default: 10s.",
        HelpName = "T",
        CustomParser = ParseDuration,
    };

    private readonly Option<long?> _size = new("--size")
    {
        Description = "How much of the unit is used, from its start: 512M, 10G. Default: all of it.",
        HelpName = "SIZE",
        CustomParser = result => ParseSize(result, long.MaxValue),
    };

    private readonly Option<int> _connections = new("--connections")
    {
        Description = $"How many connections, 1 to {ConnectionsMax}. Each of them is a session of its own.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<bool> _destroyData = new("--destroy-data")
    {
        Description = "Allow writing, which overwrites what is on the unit.",
    };

    public BenchOptions(Command verb)
    {
        _patterns.AcceptOnlyFromAmong([.. Patterns.Keys]);
        _depth.Validators.Add(result => RequireRange(result, "--depth", DepthMax));
        _connections.Validators.Add(result => RequireRange(result, "--connections", ConnectionsMax));
        foreach (Option option in
            (Option[])[_patterns, _blockSize, _depth, _time, _size, _connections, _destroyData])
        {
            verb.Options.Add(option);
        }
    }

    /// <summary>Spelt as the option has it.</summary>
    public static string NameOf(AccessPattern pattern) => Patterns.First(row => row.Value == pattern).Key;

    public int Connections(ParseResult arguments) => arguments.GetValue(_connections);

    public bool MayDestroyData(ParseResult arguments) => arguments.GetValue(_destroyData);

    public bool WantsToWrite(ParseResult arguments) => PatternsOf(arguments)
        .Any(pattern => pattern is AccessPattern.SequentialWrite or AccessPattern.RandomWrite);

    /// <summary>One plan for each pattern.</summary>
    /// <param name="arguments">What the user typed.</param>
    /// <param name="unitSizeBytes">What is used where the user did not say.</param>
    public IReadOnlyList<WorkloadPlan> Plans(ParseResult arguments, long unitSizeBytes) =>
        [.. PatternsOf(arguments).Select(pattern => PlanOf(pattern, arguments, unitSizeBytes))];

    private WorkloadPlan PlanOf(AccessPattern pattern, ParseResult arguments, long unitSizeBytes)
    {
        TimeSpan duration = arguments.GetValue(_time) ?? DurationDefault;
        bool isRandom = pattern is AccessPattern.RandomRead or AccessPattern.RandomWrite;
        return new WorkloadPlan
        {
            Pattern = pattern,
            OperationLength = (int)(arguments.GetValue(_blockSize) ?? (isRandom ? 4 * 1024 : 256 * 1024)),
            Depth = arguments.GetValue(_depth),
            Duration = duration,
            WarmUp = duration / 4 < WarmUpMax ? duration / 4 : WarmUpMax,
            SizeBytes = arguments.GetValue(_size) ?? unitSizeBytes,
        };
    }

    private IEnumerable<AccessPattern> PatternsOf(ParseResult arguments) =>
        (arguments.GetValue(_patterns) ?? []).Select(name => Patterns[name]);

    private static long? ParseSize(ArgumentResult result, long sizeMax)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (SizeArgument.TryParse(text, out long bytes) && bytes <= sizeMax)
        {
            return bytes;
        }

        result.AddError($"'{text}' is not a size that can be used here: write 4096, 64K, 512M.");
        return null;
    }

    private static TimeSpan? ParseDuration(ArgumentResult result)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (Duration.TryParse(text, out TimeSpan duration))
        {
            return duration;
        }

        result.AddError($"'{text}' is not a time: write seconds, or 500ms, 30s, 2m, up to a day.");
        return null;
    }

    private static void RequireRange(OptionResult result, string name, int max)
    {
        if (result.GetValueOrDefault<int>() is var value && (value < 1 || value > max))
        {
            result.AddError($"{name} is {value} and must be 1 to {max}.");
        }
    }
}
