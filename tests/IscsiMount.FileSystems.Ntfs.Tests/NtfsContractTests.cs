using IscsiMount.Contracts;
using IscsiMount.FileSystems.Ntfs.Tests.Foreign;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests;

/// <summary>A volume with the tree of the contract, written once by ntfs-3g and opened by each test anew.</summary>
public sealed class ContractVolume : IAsyncLifetime
{
    private ForeignVolume? _volume;

    internal ForeignVolume Volume => _volume!;

    public async ValueTask InitializeAsync()
    {
        _volume = await ForeignVolume.CreateAsync(new VolumeRecipe());
        await _volume.MountAsync("rw", folder => ContractTree.WriteToAsync(folder, WriteStreamAsync, LinkNamesAsync));
    }

    public ValueTask DisposeAsync()
    {
        _volume?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Task WriteStreamAsync(string file, string name, ReadOnlyMemory<byte> content) =>
        ForeignTool.SucceedAsync(
            "setfattr", "-n", $"user.{name}", "-v", $"0x{Convert.ToHexString(content.Span)}", file);

    private static Task LinkNamesAsync(string file, string name) => ForeignTool.SucceedAsync("ln", file, name);
}

/// <summary>The contract of every file system, kept by this one.</summary>
public sealed class NtfsContractTests(ContractVolume contract) : FileSystemReadContract, IClassFixture<ContractVolume>
{
    protected override async Task<IFileSystem> OpenVolumeAsync()
    {
        ImageDevice device = contract.Volume.Open();
        return new OwnedFileSystem(await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation), device);
    }
}
