using IscsiMount.FileSystems;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests;

public sealed class ErrnoTests
{
    [Fact]
    public void Every_answer_has_a_number_and_only_success_has_none()
    {
        foreach (FsStatus status in Enum.GetValues<FsStatus>())
        {
            Assert.Equal(status == FsStatus.Ok, Errno.From(status) == 0);
            Assert.InRange(Errno.From(status), 0, 133);
        }
    }

    [Theory]
    [InlineData(FsStatus.NotFound, 2)]
    [InlineData(FsStatus.EncryptedContent, 13)]
    [InlineData(FsStatus.NotADirectory, 20)]
    [InlineData(FsStatus.NoSuchAttribute, 61)]
    [InlineData(FsStatus.StaleReference, 116)]
    [InlineData(FsStatus.DamagedFile, 117)]
    public void The_numbers_are_those_of_linux(FsStatus status, int errno) => Assert.Equal(errno, Errno.From(status));
}
