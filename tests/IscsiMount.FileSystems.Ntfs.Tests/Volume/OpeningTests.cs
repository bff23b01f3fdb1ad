using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Tests.Damage;
using IscsiMount.Primitives;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Volume;

public sealed class OpeningTests(SmallImage small) : IClassFixture<SmallImage>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_volume_is_recognised_with_its_label()
    {
        RecognizedVolume? found = await RecognizeAsync(small.Bytes.ToArray());

        Assert.NotNull(found);
        Assert.Equal(("ntfs", "Sample", null), (found.Format, found.Label, found.Damage));
        Assert.Equal(BinaryPrimitives.ReadUInt64LittleEndian(small.Bytes.Span[0x48..]), found.SerialNumber);
        Assert.Equal(small.Bytes.Length, found.SizeBytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    [InlineData(1024 * 1024)]
    public async Task Something_else_is_not_recognised(int size)
    {
        Assert.Null(await RecognizeAsync(new byte[size]));
    }

    [Fact]
    public async Task A_clean_volume_has_no_reason_against_writing()
    {
        await using IFileSystem volume = await OpenAsync(small.Bytes.ToArray());

        Assert.Empty(volume.Description.ReadOnlyReasons);
        Assert.True(volume.Description.IsReadOnly);
    }

    [Fact]
    public async Task A_damaged_boot_sector_is_replaced_by_its_copy_and_reported()
    {
        byte[] image = small.Bytes.ToArray();
        image.AsSpan(0, 512).Clear();

        await using IFileSystem volume = await OpenAsync(image);

        Assert.Equal("boot-sector-damaged", Assert.Single(volume.Description.ReadOnlyReasons).Code);
        Assert.Equal("Sample", (await RecognizeAsync(image))?.Label);
    }

    [Fact]
    public async Task Two_damaged_boot_sectors_are_the_end()
    {
        byte[] image = small.Bytes.ToArray();
        image[0x0D] = 3;
        image.AsSpan(image.Length - 512).Clear();

        RecognizedVolume? found = await RecognizeAsync(image);

        Assert.Contains("cluster", found?.Damage, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DamagedMediumException>(() => OpenAsync(image));
    }

    [Fact]
    public async Task A_truncated_volume_says_how_much_is_missing()
    {
        RecognizedVolume? found = await RecognizeAsync(small.Bytes[..(8 * 1024 * 1024)].ToArray());

        Assert.Contains("claims", found?.Damage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_head_of_MFT_is_replaced_by_its_copy_and_reported()
    {
        byte[] image = small.Bytes.ToArray();
        int mft = (int)BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(0x30)) * 1024;
        image[mft] = 0;

        // The record itself is needed again as a file of the format only when the space is counted.
        await using IFileSystem volume = await OpenAsync(image);

        Assert.Contains(volume.Description.ReadOnlyReasons, reason => reason.Code == "mft-damaged");
        Assert.NotEmpty(await Foreign.TreeReader.ListAsync(volume, volume.Root));
    }

    [Theory]
    [InlineData(0x0001, "volume-dirty")]
    [InlineData(0x0002, "log-resize-pending")]
    [InlineData(0x0004, "upgrade-pending")]
    [InlineData(0x0020, "object-ids-damaged")]
    [InlineData(0x4000, "check-running")]
    [InlineData(0x8000, "modified-by-check")]
    public async Task A_flag_of_the_volume_is_a_reason_with_a_cure(int flag, string code)
    {
        byte[] image = small.Bytes.ToArray();
        SetVolumeFlags(image, (ushort)flag);

        await using IFileSystem volume = await OpenAsync(image);

        ReadOnlyReason reason = Assert.Single(volume.Description.ReadOnlyReasons);
        Assert.Equal(code, reason.Code);
        Assert.NotEmpty(reason.Cure);
    }

    [Theory]
    [InlineData(0x0008)]
    [InlineData(0x0010)]
    [InlineData(0x0080)]
    public async Task A_harmless_flag_of_the_volume_is_no_reason(int flag)
    {
        byte[] image = small.Bytes.ToArray();
        SetVolumeFlags(image, (ushort)flag);

        await using IFileSystem volume = await OpenAsync(image);

        Assert.Empty(volume.Description.ReadOnlyReasons);
    }

    [Fact]
    public async Task A_device_that_takes_no_writes_is_a_reason()
    {
        var device = new MemoryDevice(small.Bytes.ToArray()) { Traits = new() { IsReadOnly = true } };

        await using IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);

        Assert.Equal("device-read-only", Assert.Single(volume.Description.ReadOnlyReasons).Code);
    }

    [Fact]
    public void Options_that_cannot_work_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new NtfsFormat(new NtfsOptions { RecordCacheBytesMax = 1 }));
        Assert.Throws<ArgumentException>(() => new NtfsFormat(new NtfsOptions { ReadAheadBytesMax = -1 }));
        Assert.Empty(new NtfsOptions().Problems());
    }

    /// <summary>Finds $VOLUME_INFORMATION in record 3 by its type and length, and sets its flags.</summary>
    private static void SetVolumeFlags(byte[] image, ushort flags)
    {
        int record = ((int)BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(0x30)) * 1024) + (3 * 1024);
        int at = record + BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(record + 0x14));
        while (BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at)) != 0x70)
        {
            at += BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(at + 4));
        }

        int value = at + BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(at + 0x14));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(value + 10), flags);
    }

    private static async Task<RecognizedVolume?> RecognizeAsync(byte[] image) =>
        await new NtfsFormat().RecognizeAsync(new MemoryDevice(image), Cancellation);

    private static async Task<IFileSystem> OpenAsync(byte[] image) =>
        await new NtfsFormat().OpenReadOnlyAsync(new MemoryDevice(image), Cancellation);
}
