using System.Runtime.InteropServices;
using IscsiMount.Mounting.Fuse.Native;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Mounting.Fuse.Mounts;

/// <summary>The directory on which a volume appears. One that we made is removed with the mount.</summary>
internal sealed class MountPoint
{
    private readonly bool _isOurs;

    private MountPoint(string path, bool isOurs)
    {
        Path = path;
        _isOurs = isOurs;
    }

    /// <summary>The path without links in it, as the kernel's mount table has it.</summary>
    public string Path { get; }

    /// <summary>Checks a mount point, and makes the directory if it is not there.</summary>
    /// <exception cref="MountException">It cannot be mounted on. Nothing was made.</exception>
    public static MountPoint Prepare(string path)
    {
        string canonical = Canonical(path);
        if (MountTable.Find(canonical) is { } other)
        {
            throw new MountException(
                MountFailure.MountPointInUse,
                $"A file system of type {other.FileSystemType} is mounted at {path} already.");
        }

        try
        {
            return PrepareDirectory(canonical);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new MountException(MountFailure.AccessDenied, $"{path}: {denied.Message}", denied);
        }
        catch (IOException failure) when (failure is not MountException)
        {
            throw new MountException(MountFailure.MountPointInvalid, $"{path}: {failure.Message}", failure);
        }
    }

    /// <summary>The path with all links in it resolved but the last, as the kernel's mount table has it.</summary>
    /// <exception cref="MountException">There is no such path, and none can be made.</exception>
    public static string Canonical(string path)
    {
        if (!path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new MountException(
                MountFailure.MountPointInvalid, $"A mount point is an absolute path, and '{path}' is not.");
        }

        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (System.IO.Path.GetDirectoryName(full) is not { } parent)
        {
            throw new MountException(MountFailure.MountPointInvalid, "The root of the machine cannot be mounted on.");
        }

        if (LibC.RealPath(parent) is not { } realParent)
        {
            int errno = Marshal.GetLastPInvokeError();
            throw new MountException(
                errno == Errno.AccessDenied ? MountFailure.AccessDenied : MountFailure.MountPointMissing,
                $"The directory {parent}, in which the mount point would be, cannot be used: "
                + Marshal.GetPInvokeErrorMessage(errno));
        }

        if (!Directory.Exists(realParent))
        {
            throw new MountException(
                MountFailure.MountPointMissing, $"{parent}, in which the mount point would be, is not a directory.");
        }

        return System.IO.Path.Join(realParent, System.IO.Path.GetFileName(full));
    }

    /// <summary>The mount is gone: removes the directory if it was made for it and is still empty.</summary>
    public void Release(ILogger logger)
    {
        if (!_isOurs)
        {
            return;
        }

        try
        {
            Directory.Delete(Path, recursive: false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.DirectoryKept(Path, failure.Message);
        }
    }

    private static MountPoint PrepareDirectory(string path)
    {
        if (TryGetAttributes(path) is not { } attributes)
        {
            Directory.CreateDirectory(path);
            return new MountPoint(path, isOurs: true);
        }

        if (attributes.HasFlag(FileAttributes.ReparsePoint) || !attributes.HasFlag(FileAttributes.Directory))
        {
            throw new MountException(MountFailure.MountPointInvalid, $"{path} is not a directory.");
        }

        return Directory.EnumerateFileSystemEntries(path).Any()
            ? throw new MountException(MountFailure.MountPointInUse, $"The directory {path} is not empty.")
            : new MountPoint(path, isOurs: false);
    }

    private static FileAttributes? TryGetAttributes(string path)
    {
        try
        {
            return File.GetAttributes(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
