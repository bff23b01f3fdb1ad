namespace IscsiMount.FileSystems;

/// <summary>The answers of a file system in the course of normal work.</summary>
public enum FsStatus
{
    Ok,
    NotFound,
    AlreadyExists,
    NotADirectory,
    IsADirectory,
    DirectoryNotEmpty,
    AccessDenied,
    NoSpace,
    NameTooLong,
    InvalidName,
    InvalidArgument,
    ReadOnlyVolume,
    NotSupported,

    /// <summary>The reference names a file that is gone: its place may hold another by now.</summary>
    StaleReference,

    /// <summary>The file has no such attribute, stream or link target.</summary>
    NoSuchAttribute,

    /// <summary>What describes this one file is damaged. Others are not concerned.</summary>
    DamagedFile,

    /// <summary>The content is encrypted by the file system, and the key is not ours to have.</summary>
    EncryptedContent,

    /// <summary>The content is compressed in a way that this engine cannot read.</summary>
    UnsupportedCompression,
}
