using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Records;

/// <summary>One attribute of a file with all of its pieces.</summary>
internal sealed class StreamImage
{
    public required AttributePiece First { get; init; }

    /// <summary>Where its clusters lie; nothing for what is resident.</summary>
    public required Extents? Extents { get; init; }

    /// <summary>Whether its runs cannot be read to their end.</summary>
    public required bool IsBroken { get; init; }

    public uint Type => First.Type;

    public ulong Size => First.Header.IsNonResident ? First.NonResident.DataSize : (ulong)First.Value.Length;

    public StreamBytes Open(VolumeReader reader)
    {
        return Extents is null
            ? StreamBytes.InRecord(First.Value)
            : StreamBytes.InClusters(reader, Extents, Size, First.NonResident.InitializedSize);
    }
}
