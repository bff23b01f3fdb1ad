using IscsiMount.FileSystems.Ntfs.Verifier;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Writing;

public sealed class CrashTests
{
    [Theory]
    [Seeds(4)]
    public async Task After_a_crash_at_any_moment_the_volume_comes_back_with_all_that_was_durable(int seed)
    {
        CrashTrace trace = await CrashTrace.RecordAsync(seed, ClusterSizeOf(seed), flushes: 4, operations: 12);
        var random = new Random(seed);
        for (int step = 0; step < trace.StepCount; step++)
        {
            int sectors = random.Next(0, 12);
            await trace.MustRecoverAsync(trace.Prefix(step, sectors), step, $"step {step}, {sectors} sectors");
        }
    }

    [Theory]
    [Seeds(4)]
    public async Task A_device_that_reorders_between_flushes_costs_nothing_that_was_durable(int seed)
    {
        CrashTrace trace = await CrashTrace.RecordAsync(seed + 100, ClusterSizeOf(seed), flushes: 4, operations: 12);
        var random = new Random(seed);
        for (int i = 0; i < 60; i++)
        {
            int step = random.Next(trace.StepCount + 1);
            await trace.MustRecoverAsync(trace.Reordered(step, random), step, $"step {step}, draw {i}");
        }
    }

    [Theory]
    [Seeds(4)]
    public async Task Without_recovery_no_cluster_in_use_is_free_and_no_name_leads_nowhere(int seed)
    {
        CrashTrace trace = await CrashTrace.RecordAsync(seed + 200, ClusterSizeOf(seed), flushes: 4, operations: 12);
        for (int step = 0; step <= trace.StepCount; step++)
        {
            List<Finding> fatal = await CrashTrace.FatalFindingsAsync(trace.Prefix(step));
            Assert.True(fatal.Count == 0, $"step {step}: {string.Join('\n', fatal.Take(5))}");
        }
    }

    [Theory]
    [Seeds(2)]
    public async Task A_crash_of_the_recovery_itself_is_recovered_from(int seed)
    {
        CrashTrace trace = await CrashTrace.RecordAsync(seed + 300, ClusterSizeOf(seed), flushes: 3, operations: 12);
        var random = new Random(seed);
        for (int i = 0; i < 12; i++)
        {
            int step = random.Next(trace.StepCount);
            byte[] crashed = trace.Prefix(step, random.Next(0, 9));
            WriteStage first = await trace.MustRecoverAsync([.. crashed], step, $"step {step}");
            int cut = random.Next(first.Device.Steps.Count + 1);
            foreach (TraceStep each in first.Device.Steps.Take(cut).Where(each => !each.IsFlush))
            {
                each.Bytes!.CopyTo(crashed, each.Offset);
            }

            await trace.MustRecoverAsync(crashed, step, $"step {step}, recovery cut at {cut}");
        }
    }

    private static int ClusterSizeOf(int seed) => new[] { 4096, 512, 1024, 65536 }[seed % 4];
}
