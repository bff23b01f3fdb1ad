namespace IscsiMount.FileSystems.Ntfs;

/// <summary>
/// Remembers, outside of the volume, that this machine has it open for writing: some bytes for each volume. What it
/// has taken is durable when the call has ended.
/// </summary>
/// <remarks>
/// The key of a volume is its owner's business, since volumes that were copied have one serial number: one instance
/// serves one volume in one place.
/// </remarks>
public interface IMountMemory
{
    /// <summary>What was saved last, or nothing.</summary>
    ValueTask<byte[]?> LoadAsync(CancellationToken cancellationToken);

    ValueTask SaveAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Forgets: the volume was dismounted.</summary>
    ValueTask ClearAsync(CancellationToken cancellationToken);
}
