namespace IscsiMount.FileSystems;

/// <summary>How much a listing tells of each entry.</summary>
public enum ListingDetail
{
    /// <summary>Name, identity and kind.</summary>
    Names,

    /// <summary>
    /// The properties too, from the file itself: as true as <see cref="IFileSystem.GetPropertiesAsync"/>.
    /// </summary>
    Properties,
}

/// <summary>One name in a directory.</summary>
public sealed record DirectoryEntry
{
    /// <summary>The name in UTF-16 units as it is on the medium: unpaired surrogates may occur.</summary>
    public required string Name { get; init; }

    public required FileId Id { get; init; }

    public required FileKind Kind { get; init; }

    /// <summary>
    /// Where a listing goes on after this entry: see <see cref="IDirectoryListing.ReadAsync"/>.
    /// </summary>
    public required ulong NextPosition { get; init; }

    /// <summary>
    /// Present where <see cref="ListingDetail.Properties"/> was asked for and the file could be read. A damaged file
    /// keeps its name in the listing, without properties.
    /// </summary>
    public FileProperties? Properties { get; init; }
}
