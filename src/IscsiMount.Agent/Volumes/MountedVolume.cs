using IscsiMount.FileSystems;
using IscsiMount.Mounting;

namespace IscsiMount.Agent.Volumes;

/// <summary>A volume that programs can see: its file system is open for as long as the mount is there.</summary>
internal sealed record MountedVolume(IFileSystem FileSystem, IMount Mount, DateTimeOffset Since)
{
    public string MountPoint => Mount.Request.MountPoint;
}
