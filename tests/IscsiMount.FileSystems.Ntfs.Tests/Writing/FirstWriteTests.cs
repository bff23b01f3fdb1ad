using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Writing;

public sealed class FirstWriteTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(65536)]
    public async Task What_was_written_is_read_after_the_volume_was_closed(int clusterSize)
    {
        WriteStage stage = await WriteStage.EmptyStageAsync(clusterSize: clusterSize);
        byte[] content = new byte[100_001];
        new Random(7).NextBytes(content);
        await using (IWritableFileSystem volume = await stage.OpenAsync())
        {
            FileProperties folder = await Must(volume.CreateAsync(
                volume.Root, "folder".AsMemory(), FileKind.Directory, Cancellation));
            FileProperties file = await Must(volume.CreateAsync(
                folder.Id, "a file.bin".AsMemory(), FileKind.File, Cancellation));
            using IWritableFile open = await Must(volume.OpenForWritingAsync(file.Id, default, false, Cancellation));
            Assert.Equal(FsStatus.Ok, await open.WriteAsync(0, content, Cancellation));
        }

        await stage.MustBeCleanAsync();
        await stage.MustPleaseOthersAsync();
        await using IWritableFileSystem again = await stage.OpenAsync();
        FileProperties found = await Must(again.LookupAsync(
            (await Must(again.LookupAsync(again.Root, "folder".AsMemory(), NameComparison.Exact, Cancellation))).Id,
            "a file.bin".AsMemory(),
            NameComparison.Exact,
            Cancellation));
        using IOpenFile reader = await Must(again.OpenAsync(found.Id, default, Cancellation));
        byte[] read = new byte[content.Length + 10];
        Assert.Equal(content.Length, await Must(reader.ReadAsync(0, read, Cancellation)));
        Assert.Equal(content, read[..content.Length]);
    }

    private static async Task<T> Must<T>(ValueTask<FsResult<T>> answer)
    {
        FsResult<T> result = await answer;
        return result.TryGet(out T? value) ? value : throw new InvalidOperationException($"{result.Status}");
    }
}
