using IscsiMount.FileSystems.Ntfs.Verifier.Medium;
using IscsiMount.FileSystems.Ntfs.Verifier.Records;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Indexes;

/// <summary>The attributes of one file that form an index: those of one name.</summary>
internal sealed record IndexParts
{
    public required ulong Record { get; init; }

    /// <summary>The name of the index, for people.</summary>
    public required string Name { get; init; }

    public required AttributePiece Root { get; init; }

    /// <summary>The blocks; nothing in a small index.</summary>
    public required StreamBytes? Allocation { get; init; }

    /// <summary>Which blocks are in use.</summary>
    public required StreamBytes? Bitmap { get; init; }
}
