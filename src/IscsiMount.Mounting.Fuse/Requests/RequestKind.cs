namespace IscsiMount.Mounting.Fuse.Requests;

/// <summary>The requests of the kernel that we answer ourselves.</summary>
internal enum RequestKind
{
    Lookup,
    Forget,
    GetAttributes,
    ReadLink,
    GetVolumeStatus,
    Open,
    Read,
    Seek,
    OpenDirectory,
    ReadDirectory,
    ReadDirectoryPlus,
    ReleaseDirectory,
    GetXattr,
    ListXattrs,
}
