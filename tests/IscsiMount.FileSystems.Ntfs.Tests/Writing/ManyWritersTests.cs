using IscsiMount.FileSystems.Ntfs.Tests.Foreign;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Writing;

public sealed class ManyWritersTests
{
    private const int WriterCount = 6;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_at_once_each_in_a_directory_of_its_own_leave_what_each_has_done()
    {
        WriteStage stage = await WriteStage.EmptyStageAsync(32);
        var works = new RandomWork[WriterCount];
        await using (IWritableFileSystem volume = await stage.OpenAsync())
        {
            Task[] writers = [.. Enumerable.Range(0, WriterCount).Select(index => Task.Run(
                async () =>
                {
                    FileProperties home = await VolumeTree.Must(volume.CreateAsync(
                        volume.Root, $"home {index}".AsMemory(), FileKind.Directory, Cancellation));
                    works[index] = new RandomWork(index, new ModelNode(isDirectory: true)) { Home = home.Id };
                    await works[index].RunAsync(volume, 150);
                },
                Cancellation))];
            await Task.WhenAll(writers);
            foreach ((RandomWork work, int index) in works.Select((work, index) => (work, index)))
            {
                List<string> lines = await VolumeTree.LinesAsync(volume, $"home {index}");
                Assert.Equal(work.Root.Lines(), lines);
            }
        }

        await stage.MustBeCleanAsync();
        await stage.MustPleaseOthersAsync();
    }

    [Fact]
    public async Task Readers_meet_a_file_that_is_moved_about_under_one_name_or_the_other()
    {
        WriteStage stage = await WriteStage.EmptyStageAsync(16);
        await using IWritableFileSystem volume = await stage.OpenAsync();
        for (int i = 0; i < 200; i++)
        {
            await VolumeTree.Must(volume.CreateAsync(
                volume.Root, $"neighbour {i}".AsMemory(), FileKind.File, Cancellation));
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task reading = Task.Run(
            async () =>
            {
                while (!ended.IsCancellationRequested)
                {
                    for (int i = 100; i < 200; i++)
                    {
                        await VolumeTree.FindAsync(volume, volume.Root, $"neighbour {i}");
                    }

                    List<DirectoryEntry> all = await VolumeTree.ListAsync(volume, volume.Root);
                    Assert.Equal(100, all.Count(entry => entry.Name.StartsWith("neighbour 1", StringComparison.Ordinal)
                        && entry.Name.Length == "neighbour 1xx".Length));
                }
            },
            Cancellation);
        for (int round = 0; round < 10; round++)
        {
            for (int i = 0; i < 100; i++)
            {
                string name = $"neighbour {i}";
                await MoveAsync(volume, name, name + " for a while" + new string('x', 100));
            }

            for (int i = 0; i < 100; i++)
            {
                string name = $"neighbour {i}";
                await MoveAsync(volume, name + " for a while" + new string('x', 100), name);
            }
        }

        await ended.CancelAsync();
        await reading;
    }

    [Fact]
    public async Task Others_list_and_read_what_we_have_written()
    {
        WriteStage stage = await WriteStage.EmptyStageAsync(32);
        var work = new RandomWork(77, new ModelNode(isDirectory: true)) { NameLengthMax = 120, NameCount = 300 };
        List<TreeEntry> ours;
        await using (IWritableFileSystem volume = await stage.OpenAsync())
        {
            await work.RunAsync(volume, 900);
            ours = await TreeReader.ReadVolumeAsync(volume);
        }

        using var folder = new TemporaryFolder();
        string file = folder.Join("volume.ntfs");
        await File.WriteAllBytesAsync(file, stage.Device.Image, Cancellation);
        await using ForeignMount mount = await ForeignMount.MountAsync(file, folder.CreateFolder("m"), "ro");
        Assert.Equal(ours, await TreeReader.ReadMountedAsync(mount.Folder));
    }

    private static async Task MoveAsync(IWritableFileSystem volume, string from, string to) =>
        Assert.Equal(FsStatus.Ok, await volume.RenameAsync(
            new RenameRequest
            {
                FromDirectory = volume.Root,
                FromName = from.AsMemory(),
                ToDirectory = volume.Root,
                ToName = to.AsMemory(),
            },
            Cancellation));
}
