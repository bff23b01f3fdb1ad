using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Tests.Damage;
using IscsiMount.FileSystems.Ntfs.Tests.Foreign;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Streams;

/// <summary>
/// What the tools of others do not make, made by changing one field of the head of a $DATA attribute.
/// </summary>
public sealed class PatchedStreamTests(SmallImage small) : IClassFixture<SmallImage>
{
    private const int ClusterSize = 1024;
    private const int RecordSize = 1024;
    private const uint DataType = 0x80;
    private const int FlagsAt = 0x0C;
    private const int InitializedSizeAt = 0x38;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("plain", 0)]
    [InlineData("plain", 1)]
    [InlineData("plain", 100_000)]
    [InlineData("plain", 299_999)]
    [InlineData("packed/numbers", 0)]
    [InlineData("packed/numbers", 70_001)]
    public async Task What_was_never_written_reads_as_zero(string path, int initializedSize)
    {
        byte[] image = small.Bytes.ToArray();
        byte[] expected = await ReadAsync(image, path, 128 * 1024);
        expected.AsSpan(initializedSize).Clear();
        Patch(image, (await FindAsync(image, path)).Number, attribute =>
            BinaryPrimitives.WriteInt64LittleEndian(attribute[InitializedSizeAt..], initializedSize));

        foreach (int piece in new[] { 1000, 4096, 100_001, 128 * 1024, 1024 * 1024 })
        {
            byte[] found = await ReadAsync(image, path, piece);
            Assert.True(expected.AsSpan().SequenceEqual(found), $"in pieces of {piece}");
        }
    }

    [Theory]
    [InlineData(0x4000, FsStatus.EncryptedContent)]
    [InlineData(0x0002, FsStatus.UnsupportedCompression)]
    public async Task Content_that_cannot_be_read_is_refused_and_the_file_stays_visible(int flags, FsStatus status)
    {
        byte[] image = small.Bytes.ToArray();
        FileId file = await FindAsync(image, "plain");
        Patch(image, file.Number, attribute =>
            BinaryPrimitives.WriteUInt16LittleEndian(attribute[FlagsAt..], (ushort)flags));
        await using IFileSystem volume = await OpenAsync(image);

        Assert.Equal(status, (await volume.OpenAsync(file, default, Cancellation)).Status);
        Assert.Equal(FsStatus.Ok, (await volume.GetPropertiesAsync(file, Cancellation)).Status);
        Assert.Equal(FsStatus.Ok, (await volume.OpenAsync(file, "note".AsMemory(), Cancellation)).Status);
    }

    [Fact]
    public async Task A_file_in_use_by_another_generation_is_damage_by_its_name_and_stale_by_its_number()
    {
        byte[] image = small.Bytes.ToArray();
        FileId file = await FindAsync(image, "plain");
        image[RecordAt(image, file.Number) + 0x10]++;
        await using IFileSystem volume = await OpenAsync(image);
        List<DirectoryEntry> entries = await TreeReader.ListAsync(volume, volume.Root);

        FsResult<FileProperties> byName =
            await volume.LookupAsync(volume.Root, "plain".AsMemory(), NameComparison.Exact, Cancellation);
        Assert.Equal(FsStatus.DamagedFile, byName.Status);
        Assert.Equal(FsStatus.StaleReference, (await volume.GetPropertiesAsync(file, Cancellation)).Status);
        Assert.Null(Assert.Single(entries, entry => entry.Name == "plain").Properties);
    }

    private static int RecordAt(byte[] image, ulong number)
    {
        // INVARIANT: the $MFT of this small volume lies in one piece.
        int mft = (int)BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(0x30)) * ClusterSize;
        return mft + ((int)number * RecordSize);
    }

    /// <summary>Changes the unnamed $DATA attribute of a record. Its head lies before the first fix-up.</summary>
    private static void Patch(byte[] image, ulong number, Action<Span<byte>> change)
    {
        int record = RecordAt(image, number);
        int at = record + BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(record + 0x14));
        while (BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at)) != DataType || image[at + 9] != 0)
        {
            at += BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(at + 4));
        }

        Assert.True(at + InitializedSizeAt + 8 < record + 510, "the head crosses a fix-up");
        change(image.AsSpan(at));
    }

    private static async Task<byte[]> ReadAsync(byte[] image, string path, int piece)
    {
        FileId file = await FindAsync(image, path);
        await using IFileSystem volume = await OpenAsync(image);
        return await TreeReader.ReadAllAsync(volume, file, pieceSize: piece);
    }

    private static async Task<FileId> FindAsync(byte[] image, string path)
    {
        await using IFileSystem volume = await OpenAsync(image);
        FileId at = volume.Root;
        foreach (string name in path.Split('/'))
        {
            FsResult<FileProperties> found =
                await volume.LookupAsync(at, name.AsMemory(), NameComparison.Exact, Cancellation);
            at = found.TryGet(out FileProperties file) ? file.Id : throw new FileNotFoundException(path);
        }

        return at;
    }

    private static async Task<IFileSystem> OpenAsync(byte[] image) =>
        await new NtfsFormat().OpenReadOnlyAsync(new MemoryDevice(image), Cancellation);
}
