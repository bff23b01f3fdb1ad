using System.Text.RegularExpressions;
using IscsiMount.FileSystems.Ntfs.Verifier;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Writing;

/// <summary>
/// A run that was recorded, out of which every state can be made that a crash could have left, and judged.
/// </summary>
internal sealed partial class CrashTrace
{
    private const int SectorSize = 512;

    // Findings that cost content sooner or later. A name or a cluster too many does not.
    private static readonly HashSet<FindingKind> Fatal =
        [FindingKind.ClusterMarkedFree, FindingKind.DanglingEntry, FindingKind.ClusterShared];

    private readonly byte[] _before;
    private readonly byte[] _memory;
    private readonly IReadOnlyList<TraceStep> _steps;
    private readonly List<Moment> _moments;

    private CrashTrace(byte[] before, byte[] memory, IReadOnlyList<TraceStep> steps, List<Moment> moments)
    {
        _before = before;
        _memory = memory;
        _steps = steps;
        _moments = moments;
    }

    public int StepCount => _steps.Count;

    /// <summary>Records random work that is made durable now and then.</summary>
    public static async Task<CrashTrace> RecordAsync(int seed, int clusterSize, int flushes, int operations)
    {
        byte[] before = await WriteStage.EmptyAsync(8, clusterSize);
        var stage = new WriteStage([.. before]);
        var moments = new List<Moment> { new(0, IsDurable: true, []) };
        byte[] memory;
        await using (IWritableFileSystem volume = await stage.OpenAsync())
        {
            memory = stage.Memory.Content!;
            var work = new RandomWork(seed, new ModelNode(isDirectory: true))
            {
                NameLengthMax = 150,
                NameCount = 90,
                Flushes = false,
            };
            for (int i = 0; i < flushes; i++)
            {
                for (int j = 0; j < operations; j++)
                {
                    // A group may be closed between any two operations.
                    await work.RunAsync(volume, 1);
                    moments.Add(new Moment(stage.Device.Steps.Count, IsDurable: false, [.. work.Root.Lines()]));
                }

                await volume.FlushAsync(TestContext.Current.CancellationToken);
                moments.Add(new Moment(stage.Device.Steps.Count, IsDurable: true, [.. work.Root.Lines()]));
            }
        }

        return new CrashTrace(before, memory, [.. stage.Device.Steps], moments);
    }

    /// <summary>All writes before a step, and the first sectors of that one.</summary>
    public byte[] Prefix(int step, int sectors = 0)
    {
        byte[] image = [.. _before];
        for (int i = 0; i < step; i++)
        {
            Apply(image, _steps[i], int.MaxValue);
        }

        if (step < _steps.Count)
        {
            Apply(image, _steps[step], sectors);
        }

        return image;
    }

    /// <summary>
    /// All writes up to the last flush before a step, and of those between any choice of sectors: a device with a cache
    /// keeps no order.
    /// </summary>
    public byte[] Reordered(int step, Random random)
    {
        int flush = step;
        while (flush > 0 && !_steps[flush - 1].IsFlush)
        {
            flush--;
        }

        byte[] image = Prefix(flush);
        foreach (TraceStep each in _steps.Skip(flush).Take(step - flush).Where(_ => random.Next(2) == 0))
        {
            Apply(image, each, random.Next(3) == 0 ? random.Next(1, 9) : int.MaxValue);
        }

        return image;
    }

    /// <summary>Looks at a volume as the crash left it, as a system that knows nothing of intents.</summary>
    public static async Task<List<Finding>> FatalFindingsAsync(byte[] image)
    {
        var stage = new WriteStage(image);
        IReadOnlyList<Finding> findings = await stage.VerifyAsync(VerificationMode.Crash);
        return [.. findings.Where(finding => Fatal.Contains(finding.Kind))];
    }

    /// <summary>Opens the volume again on the machine that crashed, and demands all that was promised.</summary>
    public async Task<WriteStage> MustRecoverAsync(byte[] image, int step, string state)
    {
        var stage = new WriteStage(image, new MemoryOfMounts { Content = [.. _memory] });
        List<string> found;
        await using (IWritableFileSystem volume = await stage.OpenAsync())
        {
            found = await VolumeTree.LinesAsync(volume);
        }

        IReadOnlyList<Finding> findings = await stage.VerifyAsync();
        Assert.True(findings.Count == 0, $"{state}: {string.Join('\n', findings.Take(5))}");
        int first = _moments.FindLastIndex(each => each.IsDurable && each.Step <= step);
        int last = _moments.FindIndex(first + 1, each => each.IsDurable);
        List<Moment> possible = _moments[first..(last < 0 ? _moments.Count : last + 1)];
        bool isOne = possible.Exists(each => Shape(found).SequenceEqual(Shape(each.Lines)));
        Assert.True(isOne, $"{state}: the tree is none that was there since it was last made durable");

        // What was not touched since it became durable is there byte for byte.
        HashSet<string> present = [.. found];
        IEnumerable<string> untouched = possible.Select(each => each.Lines.AsEnumerable())
            .Aggregate((left, right) => left.Intersect(right));
        string[] lost = [.. untouched.Where(line => !present.Contains(line))];
        Assert.True(lost.Length == 0, $"{state}: {string.Join('\n', lost)}");
        return stage;
    }

    private static IEnumerable<string> Shape(IEnumerable<string> lines) =>
        lines.Select(line => Checksum().Replace(line, ""));

    private static void Apply(byte[] image, TraceStep step, int sectors)
    {
        if (step.Bytes is { } bytes)
        {
            int length = (int)Math.Min(bytes.Length, (long)sectors * SectorSize);
            bytes.AsSpan(0, length).CopyTo(image.AsSpan((int)step.Offset));
        }
    }

    /// <summary>What the volume held when the device had been asked for so many steps.</summary>
    private sealed record Moment(int Step, bool IsDurable, List<string> Lines);

    [GeneratedRegex(":[0-9A-F]{8}")]
    private static partial Regex Checksum();
}
