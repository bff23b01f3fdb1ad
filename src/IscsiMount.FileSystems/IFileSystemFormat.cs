using IscsiMount.Block;

namespace IscsiMount.FileSystems;

/// <summary>A format that this program can recognise and open.</summary>
public interface IFileSystemFormat
{
    /// <summary>The short name in lower case: <c>ntfs</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Looks at the content of a device, and writes nothing. Null means that it is something else. A device that bears
    /// the signs of the format and cannot be opened is recognised all the same, with the reason.
    /// </summary>
    ValueTask<RecognizedVolume?> RecognizeAsync(IBlockDevice device, CancellationToken cancellationToken);

    /// <summary>
    /// Opens the volume strictly read-only. The device stays the caller's; it outlives the file system.
    /// </summary>
    /// <exception cref="Primitives.DamagedMediumException">The volume contradicts itself where it must not.</exception>
    ValueTask<IFileSystem> OpenReadOnlyAsync(IBlockDevice device, CancellationToken cancellationToken);
}

/// <summary>What was found on a device by its content.</summary>
/// <param name="Format">The short name of the format.</param>
/// <param name="Label">Empty where there is none, or where it could not be read.</param>
/// <param name="SerialNumber">As the format has it; 0 where there is none.</param>
/// <param name="SizeBytes">The size that the volume claims.</param>
/// <param name="Damage">Why it cannot be opened, or null.</param>
public sealed record RecognizedVolume(
    string Format, string Label, ulong SerialNumber, long SizeBytes, string? Damage);
