using IscsiMount.FileSystems.Ntfs.Tests.Damage;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Scale;

/// <summary>What is in memory, and small reads of a device that answers at once, cost no allocation.</summary>
public sealed class AllocationTests(SmallImage small) : IClassFixture<SmallImage>
{
    private const int Rounds = 2000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Known_names_properties_and_small_reads_allocate_nothing()
    {
        await using IFileSystem volume =
            await new NtfsFormat().OpenReadOnlyAsync(new SilentDevice(small.Bytes), Cancellation);
        CancellationToken token = Cancellation;
        ReadOnlyMemory<char> name = "plain".AsMemory();
        FsResult<FileProperties> found = await volume.LookupAsync(volume.Root, name, NameComparison.Exact, token);
        Assert.True(found.TryGet(out FileProperties file));
        Assert.True((await volume.OpenAsync(file.Id, default, Cancellation)).TryGet(out IOpenFile? open));
        byte[] buffer = new byte[4096];

        // The first rounds let the runtime settle; only the last ones count.
        long allocated = 0;
        for (int attempt = 0; attempt < 3; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Rounds; i++)
            {
                long offset = i % 2 == 0 ? (i % 20) * 4096 : 200_000 - ((i % 20) * 4096);
                Expect(volume.LookupAsync(volume.Root, name, NameComparison.Exact, token));
                Expect(volume.GetPropertiesAsync(file.Id, token));
                Expect(open.ReadAsync(offset, buffer, token));
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        open.Dispose();
        Assert.InRange(allocated, 0, Rounds);
    }

    private static void Expect<T>(ValueTask<FsResult<T>> answer)
    {
        if (!answer.IsCompletedSuccessfully)
        {
            Assert.Fail("It should have been answered at once.");
        }
    }
}
