using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Writing;

public sealed class RandomWorkTests
{
    private const int Batches = 3;

    [Theory]
    [Seeds(8)]
    public async Task Any_sequence_of_operations_leaves_what_the_model_has_and_a_sound_volume(int seed)
    {
        int clusterSize = new[] { 512, 1024, 4096, 65536 }[seed % 4];
        WriteStage stage = await WriteStage.EmptyStageAsync(clusterSize: clusterSize);
        var work = new RandomWork(seed, new ModelNode(isDirectory: true))
        {
            NameLengthMax = seed % 3 == 0 ? 240 : 40,
            NameCount = seed % 2 == 0 ? 300 : 60,
        };
        for (int batch = 0; batch < Batches; batch++)
        {
            await using (IWritableFileSystem volume = await stage.OpenAsync())
            {
                await work.RunAsync(volume, 250);
                Assert.Equal(work.Root.Lines(), await VolumeTree.LinesAsync(volume));
            }

            await stage.MustBeCleanAsync();
        }

        await using (IWritableFileSystem volume = await stage.OpenAsync())
        {
            Assert.Equal(work.Root.Lines(), await VolumeTree.LinesAsync(volume));
        }

        await stage.MustPleaseOthersAsync();
        Assert.True(work.DoneCount > work.RefusedCount * 4);
    }
}
