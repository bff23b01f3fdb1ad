using IscsiMount.FileSystems.Ntfs.Verifier;
using IscsiMount.Primitives;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Writing;

public sealed class FaultTests
{
    private const int OperationCount = 25;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_device_that_is_cut_at_any_call_leaves_a_volume_that_comes_back(int seed)
    {
        int calls = await CountCallsAsync(seed);
        var random = new Random(seed);
        for (int i = 0; i < 25; i++)
        {
            int failing = random.Next(1, calls + 1);
            var stage = new WriteStage(await WriteStage.EmptyAsync(8, 1024));
            stage.Device.FailingCall = failing;
            stage.Device.FailsForEver = true;
            await WorkAsync(stage, seed);

            var again = new WriteStage(stage.Device.Image, stage.Memory);
            await using (IWritableFileSystem volume = await again.OpenAsync())
            {
                await VolumeTree.LinesAsync(volume);
            }

            IReadOnlyList<Finding> findings = await again.VerifyAsync();
            Assert.True(findings.Count == 0, $"call {failing}: {string.Join('\n', findings.Take(5))}");
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task One_call_that_fails_ends_in_a_fault_and_a_sound_volume(int seed)
    {
        int calls = await CountCallsAsync(seed);
        var random = new Random(seed);
        for (int i = 0; i < 25; i++)
        {
            int failing = random.Next(1, calls + 1);
            var stage = new WriteStage(await WriteStage.EmptyAsync(8, 4096));
            stage.Device.FailingCall = failing;
            await WorkAsync(stage, seed);

            var again = new WriteStage(stage.Device.Image, stage.Memory);
            await using (await again.OpenAsync())
            {
            }

            IReadOnlyList<Finding> findings = await again.VerifyAsync();
            Assert.True(findings.Count == 0, $"call {failing}: {string.Join('\n', findings.Take(5))}");
        }
    }

    [Fact]
    public async Task After_a_fault_in_a_group_changes_are_refused_and_reading_goes_on()
    {
        WriteStage stage = await WriteStage.EmptyStageAsync(8);
        IWritableFileSystem volume = await stage.OpenAsync();
        FileProperties file = await VolumeTree.Must(
            volume.CreateAsync(volume.Root, "file".AsMemory(), FileKind.File, Cancellation));
        stage.Device.FailsForEver = true;
        stage.Device.FailingCall = stage.Device.CallCount + 1;
        await Assert.ThrowsAnyAsync<StorageFaultException>(() => volume.FlushAsync(Cancellation).AsTask());
        stage.Device.FailingCall = 0;

        await Assert.ThrowsAnyAsync<StorageFaultException>(async () =>
            await volume.CreateAsync(volume.Root, "other".AsMemory(), FileKind.File, Cancellation));
        Assert.Equal(file.Id, (await VolumeTree.FindAsync(volume, volume.Root, "file")).Id);
        await volume.DisposeAsync();

        // It is remembered, so that the next mount can make it good.
        Assert.NotNull(stage.Memory.Content);
    }

    [Fact]
    public async Task A_full_volume_says_so_and_takes_more_when_something_is_gone()
    {
        WriteStage stage = await WriteStage.EmptyStageAsync(8);
        byte[] content = new byte[700_000];
        int written = 0;
        await using (IWritableFileSystem volume = await stage.OpenAsync())
        {
            while (await AddAsync(volume, $"file {written}", content) == FsStatus.Ok)
            {
                written++;
            }

            Assert.InRange(written, 3, 12);
            Assert.Equal(FsStatus.NoSpace, await AddAsync(volume, "more", content));
            Assert.Equal(FsStatus.Ok, await volume.RemoveAsync(
                volume.Root, "file 0".AsMemory(), FileKind.File, Cancellation));

            // What was freed is room at once, though the medium still refers to it.
            Assert.Equal(FsStatus.Ok, await AddAsync(volume, "instead", content));
        }

        await stage.MustBeCleanAsync();
        await stage.MustPleaseOthersAsync();
    }

    private static async Task<FsStatus> AddAsync(IWritableFileSystem volume, string name, byte[] content)
    {
        FsResult<FileProperties> made =
            await volume.CreateAsync(volume.Root, name.AsMemory(), FileKind.File, Cancellation);
        FileId id = made.TryGet(out FileProperties file)
            ? file.Id
            : (await VolumeTree.FindAsync(volume, volume.Root, name)).Id;
        using IWritableFile open = await VolumeTree.Must(
            volume.OpenForWritingAsync(id, default, isCreated: false, Cancellation));
        return await open.WriteAsync(0, content, Cancellation);
    }

    private static async Task<int> CountCallsAsync(int seed)
    {
        var stage = new WriteStage(await WriteStage.EmptyAsync(8, 4096));
        await WorkAsync(stage, seed);
        return stage.Device.CallCount;
    }

    /// <summary>Works until it is done or the device fails. Every fault comes out as one.</summary>
    private static async Task WorkAsync(WriteStage stage, int seed)
    {
        try
        {
            await using IFileSystem volume = await stage.TryOpenAsync();
            if (volume is IWritableFileSystem writable)
            {
                var work = new RandomWork(seed, new ModelNode(isDirectory: true)) { NameCount = 30 };
                await work.RunAsync(writable, OperationCount);
            }
        }
        catch (StorageFaultException)
        {
            // It was told; what counts is what is left on the device.
        }
        finally
        {
            stage.Device.FailingCall = 0;
        }
    }
}
