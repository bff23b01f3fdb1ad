using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Writing;

public sealed class WritableOpeningTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_opened_for_writing_unless_the_options_say_so()
    {
        WriteStage stage = await WriteStage.EmptyStageAsync(8);
        var support = new WriteSupport { Memory = stage.Memory, Time = stage.Time, Random = new Random(1) };

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await new NtfsFormat().OpenReadWriteAsync(stage.Device, support, Cancellation));

        Assert.Empty(stage.Device.Steps);
    }

    [Fact]
    public async Task A_volume_that_was_opened_and_not_changed_is_not_written()
    {
        WriteStage stage = await WriteStage.EmptyStageAsync(8);
        await using (IWritableFileSystem volume = await stage.OpenAsync())
        {
            await VolumeTree.LinesAsync(volume);
        }

        Assert.DoesNotContain(stage.Device.Steps, step => !step.IsFlush);
        Assert.Null(stage.Memory.Content);
    }

    [Fact]
    public async Task What_another_machine_left_dirty_is_only_read()
    {
        WriteStage stage = await CrashedAsync();
        var elsewhere = new WriteStage(stage.Device.Image);

        await using IFileSystem volume = await elsewhere.TryOpenAsync();

        Assert.True(volume.Description.IsReadOnly);
        Assert.Equal(["volume-dirty"], volume.Description.ReadOnlyReasons.Select(reason => reason.Code));
        Assert.Empty(elsewhere.Device.Steps);
    }

    [Fact]
    public async Task What_another_machine_has_changed_since_our_crash_is_not_recovered_and_only_read()
    {
        WriteStage stage = await CrashedAsync();
        byte[] image = stage.Device.Image;
        int record = image.AsSpan().IndexOf("f\0i\0l\0e\0"u8);
        image[record] ^= 0x20;
        var again = new WriteStage(image, stage.Memory);

        await using IFileSystem volume = await again.TryOpenAsync();

        Assert.Contains("changed-by-others", volume.Description.ReadOnlyReasons.Select(reason => reason.Code));
        Assert.Empty(again.Device.Steps);
        Assert.NotNull(again.Memory.Content);
    }

    [Fact]
    public async Task A_change_reaches_the_device_after_a_second_without_being_asked_for()
    {
        WriteStage stage = await WriteStage.EmptyStageAsync(8);
        await using IWritableFileSystem volume = await stage.OpenAsync();
        await VolumeTree.Must(volume.CreateAsync(volume.Root, "file".AsMemory(), FileKind.File, Cancellation));
        int before = stage.Device.Steps.Count;

        stage.Time.Advance(TimeSpan.FromSeconds(1));
        await IscsiMount.Testing.Eventually.HoldsAsync(() => stage.Device.Steps.Count >= before + 4);

        await volume.FlushAsync(Cancellation);
        await using IFileSystem other = await new NtfsFormat().OpenReadOnlyAsync(
            new TraceDevice([.. stage.Device.Image]), Cancellation);
        await VolumeTree.FindAsync(other, other.Root, "file");
    }

    /// <summary>A volume with one file that was made durable, and never dismounted.</summary>
    private static async Task<WriteStage> CrashedAsync()
    {
        WriteStage stage = await WriteStage.EmptyStageAsync(8);
        IWritableFileSystem volume = await stage.OpenAsync();
        await VolumeTree.Must(volume.CreateAsync(volume.Root, "file".AsMemory(), FileKind.File, Cancellation));
        await volume.FlushAsync(Cancellation);
        var crashed = new WriteStage([.. stage.Device.Image], new MemoryOfMounts { Content = stage.Memory.Content });
        await volume.DisposeAsync();
        return crashed;
    }
}
