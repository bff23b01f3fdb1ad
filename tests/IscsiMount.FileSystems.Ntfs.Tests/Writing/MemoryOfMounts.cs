namespace IscsiMount.FileSystems.Ntfs.Tests.Writing;

/// <summary>What a machine remembers of mounts, in the memory of the test.</summary>
internal sealed class MemoryOfMounts : IMountMemory
{
    public byte[]? Content { get; set; }

    public ValueTask<byte[]?> LoadAsync(CancellationToken cancellationToken) => new(Content);

    public ValueTask SaveAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Content = content.ToArray();
        return ValueTask.CompletedTask;
    }

    public ValueTask ClearAsync(CancellationToken cancellationToken)
    {
        Content = null;
        return ValueTask.CompletedTask;
    }
}
