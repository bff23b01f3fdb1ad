using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Damage;

public sealed class DeviceFaultTests(SmallImage small) : IClassFixture<SmallImage>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_read_that_fails_while_a_volume_is_opened_comes_out_as_a_fault(bool isAsynchronous)
    {
        int failed = 0;
        for (int n = 1; ; n++)
        {
            var device = new MemoryDevice(small.Bytes.ToArray()) { FailAt = n, IsAsynchronous = isAsynchronous };
            try
            {
                await using IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);
                break;
            }
            catch (MediumErrorException)
            {
                failed++;
            }
        }

        Assert.InRange(failed, 5, 60);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_failed_read_the_next_try_succeeds(bool isAsynchronous)
    {
        var device = new MemoryDevice(small.Bytes.ToArray()) { IsAsynchronous = isAsynchronous };
        byte[] expected = await ReadPlainAsync(device);
        int faults = 0;
        for (int n = 1; n <= 12; n++)
        {
            await using IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);
            device.Restart(failAt: n);
            try
            {
                Assert.Equal(expected, await ReadPlainAsync(volume));
            }
            catch (MediumErrorException)
            {
                faults++;
            }

            device.Restart(failAt: 0);
            Assert.Equal(expected, await ReadPlainAsync(volume));
        }

        Assert.True(faults > 0, "no read failed");
    }

    [Fact]
    public async Task A_device_that_is_gone_makes_faults_and_not_damage()
    {
        var device = new MemoryDevice(small.Bytes.ToArray());
        await using IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);
        device.Restart(failAt: 1, forEver: true);

        await Assert.ThrowsAsync<MediumErrorException>(
            async () => await volume.LookupAsync(volume.Root, "plain".AsMemory(), NameComparison.Exact, Cancellation));
        await Assert.ThrowsAsync<MediumErrorException>(async () => await volume.GetSpaceAsync(Cancellation));

        device.Restart(failAt: 0);
        Assert.Equal(FsStatus.Ok, (await volume.GetSpaceAsync(Cancellation)).Status);
        Assert.NotEmpty(await ReadPlainAsync(volume));
    }

    [Fact]
    public async Task A_read_that_is_given_up_ends_as_cancelled_and_harms_nobody()
    {
        var device = new MemoryDevice(small.Bytes.ToArray()) { IsAsynchronous = true };
        await using IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);
        using var given = new CancellationTokenSource();
        given.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await volume.LookupAsync(volume.Root, "plain".AsMemory(), NameComparison.Exact, given.Token));
        Assert.NotEmpty(await ReadPlainAsync(volume));
    }

    private static async Task<byte[]> ReadPlainAsync(MemoryDevice device)
    {
        await using IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);
        return await ReadPlainAsync(volume);
    }

    private static async Task<byte[]> ReadPlainAsync(IFileSystem volume)
    {
        FsResult<FileProperties> found =
            await volume.LookupAsync(volume.Root, "plain".AsMemory(), NameComparison.Exact, Cancellation);
        Assert.True(found.TryGet(out FileProperties properties));
        return await Foreign.TreeReader.ReadAllAsync(volume, properties.Id, pieceSize: 16 * 1024);
    }
}
