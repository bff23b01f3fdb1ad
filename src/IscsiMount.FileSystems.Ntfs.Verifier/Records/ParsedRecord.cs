using IscsiMount.FileSystems.Ntfs.Verifier.Layout;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Records;

/// <summary>What a record turned out to be.</summary>
internal enum RecordUse
{
    /// <summary>Never used, or free again.</summary>
    Free,

    /// <summary>In use, and all of its attributes are known.</summary>
    InUse,

    /// <summary>It cannot be read to its end. What it owns is not known.</summary>
    Damaged,
}

/// <summary>A record, read. It points into the buffer that it was read from.</summary>
internal sealed class ParsedRecord
{
    public ulong Number { get; set; }

    /// <summary>Where it lies on the volume.</summary>
    public long OffsetBytes { get; set; }

    public RecordUse Use { get; set; }

    public RecordHeader Header { get; set; }

    public List<AttributePiece> Pieces { get; } = [];

    public Reference Reference => Reference.Of(Number, Header.Sequence);

    public bool IsExtension => Header.BaseReference != 0;
}
