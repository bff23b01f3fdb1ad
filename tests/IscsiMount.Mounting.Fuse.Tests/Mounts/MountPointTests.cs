using IscsiMount.Mounting.Fuse.Mounts;
using IscsiMount.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests.Mounts;

public sealed class MountPointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_directory_that_is_missing_is_made_and_removed()
    {
        MountPoint mountPoint = MountPoint.Prepare(_folder.Join("mnt"));
        bool isMade = Directory.Exists(_folder.Join("mnt"));

        mountPoint.Release(NullLogger.Instance);

        Assert.True(isMade);
        Assert.False(Directory.Exists(_folder.Join("mnt")));
    }

    [Fact]
    public void A_directory_that_was_there_stays()
    {
        string path = _folder.CreateFolder("mnt");

        MountPoint.Prepare(path + "/").Release(NullLogger.Instance);

        Assert.True(Directory.Exists(path));
    }

    [Fact]
    public void A_directory_that_was_made_and_has_got_content_since_stays()
    {
        MountPoint mountPoint = MountPoint.Prepare(_folder.Join("mnt"));
        File.WriteAllText(_folder.Join("mnt", "precious"), "content");

        mountPoint.Release(NullLogger.Instance);

        Assert.True(File.Exists(_folder.Join("mnt", "precious")));
    }

    [Fact]
    public void Links_in_the_path_are_resolved()
    {
        _folder.CreateFolder("real");
        Directory.CreateSymbolicLink(_folder.Join("link"), "real");

        MountPoint mountPoint = MountPoint.Prepare(_folder.Join("link", "..", "link", "mnt"));

        Assert.Equal(_folder.Join("real", "mnt"), mountPoint.Path);
    }

    [Theory]
    [InlineData("missing/mnt", MountFailure.MountPointMissing)]
    [InlineData("file/mnt", MountFailure.MountPointMissing)]
    [InlineData("file", MountFailure.MountPointInvalid)]
    [InlineData("link", MountFailure.MountPointInvalid)]
    [InlineData("dangling", MountFailure.MountPointInvalid)]
    [InlineData("full", MountFailure.MountPointInUse)]
    public void What_cannot_be_mounted_on_is_refused_and_nothing_is_made(string name, MountFailure expected)
    {
        File.WriteAllText(_folder.Join("file"), "content");
        File.WriteAllText(Path.Join(_folder.CreateFolder("full"), "file"), "content");
        Directory.CreateSymbolicLink(_folder.Join("link"), _folder.CreateFolder("empty"));
        Directory.CreateSymbolicLink(_folder.Join("dangling"), "nowhere");
        string[] before = Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories);

        MountException failure = Assert.Throws<MountException>(() => MountPoint.Prepare(_folder.Join(name)));

        Assert.Equal(expected, failure.Failure);
        Assert.Contains(_folder.Path, failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("")]
    [InlineData("relative/path")]
    [InlineData("/")]
    [InlineData("/tmp/with\0zero")]
    public void A_path_that_names_no_place_for_a_mount_is_invalid(string path)
    {
        MountException failure = Assert.Throws<MountException>(() => MountPoint.Prepare(path));

        Assert.Equal(MountFailure.MountPointInvalid, failure.Failure);
    }
}
