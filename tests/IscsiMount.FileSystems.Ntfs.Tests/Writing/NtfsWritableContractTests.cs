using IscsiMount.Contracts;

namespace IscsiMount.FileSystems.Ntfs.Tests.Writing;

public sealed class NtfsWritableContractTests : FileSystemWritableContract
{
    protected override async Task<IWritableFileSystem> OpenEmptyAsync()
    {
        WriteStage stage = await WriteStage.EmptyStageAsync();
        return await stage.OpenAsync();
    }
}

public sealed class NtfsOfSmallClustersWritableContractTests : FileSystemWritableContract
{
    protected override async Task<IWritableFileSystem> OpenEmptyAsync()
    {
        WriteStage stage = await WriteStage.EmptyStageAsync(clusterSize: 512);
        return await stage.OpenAsync();
    }
}
