using System.Globalization;
using System.Text.RegularExpressions;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using IscsiMount.Testing.Product;

namespace IscsiMount.Benchmarks.Mounted;

/// <summary>
/// What a user waits for: the login to a visible mount, and the first reading of a large file, beside what another
/// initiator gets from the same target in the same round. Budgets: login under 2 s, reading at least 0.6 of the peer's
/// 256 KiB reads at depth 8.
/// </summary>
internal static partial class MountedBenchmark
{
    private const int Rounds = 5;
    private const int FileMebibytes = 768;

    public static async Task RunAsync()
    {
        using var folder = new TemporaryFolder();
        string image = folder.Join("bench.img");
        await NtfsImage.MakeAsync(image, new NtfsShape { SizeMebibytes = FileMebibytes + 256, Label = "BENCH" });
        await NtfsImage.FillAsync(image, FillWithOneFile);
        await using TgtTarget target = await TgtTarget.StartAsync(image);
        await using var program = new ProgramUnderTest();

        Console.WriteLine("round   login to mount s   cold read MB/s   iscsi-perf -m 8 -b 512 MB/s   ratio");
        List<Round> rounds = [];
        for (int i = 0; i < Rounds; i++)
        {
            Round round = await MeasureAsync(program, target);
            rounds.Add(round);
            Console.WriteLine(round.ToRow($"{i + 1}"));
        }

        Console.WriteLine(Round.Median(rounds).ToRow("median"));
    }

    private static async Task<Round> MeasureAsync(ProgramUnderTest program, TgtTarget target)
    {
        double peer = await PeerAsync(target);
        string mount = program.MountPoint("bench");
        double login = await SecondsAsync(() => program.LoginAsync(target.Portal, "--mount", mount));
        string file = Path.Combine(mount, "large.bin");
        double seconds = await SecondsAsync(
            () => ForeignTool.SucceedAsync("dd", $"if={file}", "of=/dev/null", "bs=1M"));
        double bytes = new FileInfo(file).Length;
        await program.LogoutAsync();
        return new Round(login, bytes / seconds / 1e6, peer);
    }

    private static async Task<double> PeerAsync(TgtTarget target)
    {
        string url = $"iscsi://{target.Portal}/{TgtTarget.Name}/{TgtTarget.Lun}";
        string output = await ForeignTool.SucceedAsync("iscsi-perf", "-m", "8", "-b", "512", "-t", "3", url);
        Match average = AverageLine().Matches(output.Replace('\r', '\n'))[^1];

        // It counts mebibytes and calls them MB, so its commands of 256 KiB are counted here instead.
        return double.Parse(average.Groups[1].Value, CultureInfo.InvariantCulture) * 512 * 512 / 1e6;
    }

    private static async Task<double> SecondsAsync(Func<Task> work)
    {
        long start = TimeProvider.System.GetTimestamp();
        await work();
        return TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static void FillWithOneFile(string folder)
    {
        using FileStream file = File.Create(Path.Combine(folder, "large.bin"));
        byte[] block = new byte[1 << 20];
        var chance = new Random(1);
        for (int i = 0; i < FileMebibytes; i++)
        {
            chance.NextBytes(block);
            file.Write(block);
        }
    }

    [GeneratedRegex(@"^iops average (\d+) ", RegexOptions.Multiline)]
    private static partial Regex AverageLine();

    private sealed record Round(double LoginSeconds, double ReadMegabytes, double PeerMegabytes)
    {
        public static Round Median(IReadOnlyList<Round> rounds) => new(
            Middle(rounds.Select(round => round.LoginSeconds)),
            Middle(rounds.Select(round => round.ReadMegabytes)),
            Middle(rounds.Select(round => round.PeerMegabytes)));

        public string ToRow(string name) => string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-7} {LoginSeconds,16:F2} {ReadMegabytes,16:F0} {PeerMegabytes,29:F0} "
            + $"{ReadMegabytes / PeerMegabytes,7:F2}");

        private static double Middle(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
    }
}
