using IscsiMount.Mounting.Fuse.Requests;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests;

/// <summary>
/// Requests that are answered from memory allocate nothing. The collector counts for the whole process, so no other
/// test runs meanwhile. What the test itself allocates is spread over many requests: the limit is less than the
/// smallest object takes (24 bytes).
/// </summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests
{
    private const int RequestCount = 10_000;
    private const double BytesPerRequestMax = 16;

    [Fact]
    public async Task Reading_allocates_nothing()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(
            files => files.AddFile("file", new byte[RequestCount * 4096]));
        string[] client = [$"if={mount.Join("file")}", "of=/dev/null", "bs=4096", "iflag=direct"];

        double perRequest = await MeasureAsync(mount, RequestKind.Read, () => ForeignTool.SucceedAsync("dd", client));

        Assert.InRange(perRequest, 0, BytesPerRequestMax);
    }

    [Fact]
    public async Task Looking_up_and_asking_for_attributes_allocate_nothing()
    {
        await using FuseTestMount mount = await FuseTestMount.StartAsync(
            files => files.AddFile("file", [1]), options: new FuseOptions { CacheTimeout = TimeSpan.Zero });
        string loop = $"for (1..{RequestCount}) {{ stat('{mount.Join("file")}') }}";

        double perRequest = await MeasureAsync(
            mount, RequestKind.Lookup, () => ForeignTool.SucceedAsync("perl", "-e", loop));

        Assert.InRange(perRequest, 0, BytesPerRequestMax);
        Assert.InRange(mount.Mount.Counters[RequestKind.GetAttributes], RequestCount, long.MaxValue);
    }

    /// <summary>Bytes that this process allocated for each request of a kind, once everything is warm.</summary>
    private static async Task<double> MeasureAsync(FuseTestMount mount, RequestKind kind, Func<Task<string>> client)
    {
        await client();
        long requestsBefore = mount.Mount.Counters[kind];
        long bytesBefore = GC.GetTotalAllocatedBytes(precise: true);

        await client();

        long bytes = GC.GetTotalAllocatedBytes(precise: true) - bytesBefore;
        long requests = mount.Mount.Counters[kind] - requestsBefore;
        Assert.InRange(requests, RequestCount, long.MaxValue);
        return (double)bytes / requests;
    }
}
