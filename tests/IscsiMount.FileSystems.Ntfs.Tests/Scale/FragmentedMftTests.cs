using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Tests.Foreign;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Scale;

public sealed class FragmentedMftTests
{
    private const int AttributeListType = 0x20;

    // Fills the volume, punches holes all over it, and lets $MFT grow into them.
    private const string Script = """
        mkdir a b; python3 -c "
        import os
        def fill(folder, content):
            count = 0
            try:
                while True:
                    with open('%s/%d' % (folder, count), 'wb') as file:
                        file.write(content)
                    count += 1
            except OSError:
                return count
        count = fill('a', b'x' * 1500)
        for i in range(0, count, 2):
            os.remove('a/%d' % i)
        with open('b/filler', 'wb') as file:
            file.write(b'y' * 100000)
        fill('b', b'tiny')"
        """;

    [Fact]
    public async Task An_MFT_that_needs_its_own_attribute_list_is_read_to_the_last_record()
    {
        using ForeignVolume foreign = await ForeignVolume.CreateAsync(new VolumeRecipe
        {
            SizeBytes = 8 * 1024 * 1024,
            ClusterSize = 512,
            Script = Script,
        });
        List<TreeEntry> expected = [];
        await foreign.MountAsync("ro", async folder => expected = await TreeReader.ReadMountedAsync(folder));
        await using ImageDevice device = foreign.Open();
        await using IFileSystem volume =
            await new NtfsFormat().OpenReadOnlyAsync(device, TestContext.Current.CancellationToken);

        List<TreeEntry> found = await TreeReader.ReadVolumeAsync(volume);

        Assert.Equal(expected, found);
        byte[] image = await File.ReadAllBytesAsync(foreign.ImagePath, TestContext.Current.CancellationToken);
        Assert.True(HasAttributeList(image), "the volume is not what this test is about");
    }

    private static bool HasAttributeList(byte[] image)
    {
        int record = (int)BinaryPrimitives.ReadInt64LittleEndian(image.AsSpan(0x30)) * 512;
        int at = record + BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(record + 0x14));
        int second = at + BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(at + 4));
        return BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(second)) == AttributeListType;
    }
}
