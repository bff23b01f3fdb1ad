namespace IscsiMount.FileSystems;

/// <summary>Raw descriptions of a file that a backup carries along, each in its format on the medium.</summary>
public enum FileMetadata
{
    /// <summary>The self-relative security descriptor.</summary>
    SecurityDescriptor,

    /// <summary>The reparse point with its header (tag, length, reserved).</summary>
    ReparsePoint,

    /// <summary>The object id: 16 bytes, or 64 with the birth ids.</summary>
    ObjectId,

    /// <summary>All extended attributes in their packed form.</summary>
    ExtendedAttributes,

    /// <summary>The 8.3 name in UTF-16, little-endian.</summary>
    ShortName,
}
