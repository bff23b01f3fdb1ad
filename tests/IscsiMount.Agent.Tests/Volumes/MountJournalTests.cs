using IscsiMount.Agent.Volumes;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Agent.Tests.Volumes;

public sealed class MountJournalTests : IDisposable
{
    private static readonly MountJournalEntry First = new("/mnt/ä b", true);
    private static readonly MountJournalEntry Second = new("/mnt/c", false);

    private readonly TemporaryFolder _folder = new();

    private string File => _folder.Join("mounts.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_added_and_not_removed_is_left_to_the_next_agent()
    {
        var journal = new MountJournal(File);
        journal.Add(First);
        journal.Add(Second);
        journal.Add(new MountJournalEntry("/mnt/gone", true));

        journal.Remove("/mnt/gone");

        Assert.Equal([First, Second], new MountJournal(File).ReadLeft());
    }

    [Fact]
    public void Where_nothing_is_mounted_there_is_no_file()
    {
        var journal = new MountJournal(File);
        journal.Add(First);

        journal.Remove(First.MountPoint);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[{\"mountPoint\":")]
    [InlineData("{}")]
    [InlineData("null")]
    public void A_file_that_is_damaged_is_as_good_as_none(string content)
    {
        System.IO.File.WriteAllText(File, content);

        Assert.Empty(new MountJournal(File).ReadLeft());
    }
}
