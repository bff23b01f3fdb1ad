using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Foreign;

public sealed class ForeignTreeTests
{
    // Deep folders, small and large files, holes, compression, streams, links of both kinds, names in many scripts.
    private const string Script = """
        deep=.
        for i in $(seq 1 24); do deep=$deep/level-$i; mkdir $deep; echo "at $i" > $deep/note.txt; done
        mkdir many; (cd many; for i in $(seq 1 3000); do echo $i > "file with a rather long name $i.txt"; done)
        mkdir scripts
        for name in 'Grüße.txt' 'Ελληνικά' 'кириллица' '日本語のファイル' '한국어' 'עברית' 'emoji 😀🎉' 'ǅ titlecase' \
            'ı dotless' 'trailing.dots...' 'a:b' 'star*' 'question?' 'quote"' 'back\slash' 'pipe|' '<angle>'; do
            printf '%s' "$name" > "scripts/$name"
        done
        mkdir sizes
        for size in 0 1 2 300 700 1000 4095 4096 4097 50000 65536 65537 1048576 3000001; do
            head -c $size /dev/urandom > sizes/$size
        done
        truncate -s 20M sizes/hole
        printf data | dd of=sizes/hole bs=1 seek=5000000 conv=notrunc status=none
        printf end | dd of=sizes/hole bs=1 seek=20971517 conv=notrunc status=none
        : > sizes/fragments-a; : > sizes/fragments-b
        for i in $(seq 1 60); do
            head -c 8192 /dev/urandom >> sizes/fragments-a; head -c 8192 /dev/urandom >> sizes/fragments-b
        done
        mkdir packed; setfattr -n system.ntfs_attrib_be -v 0x00000810 packed
        seq 1 200000 > packed/numbers; head -c 300000 /dev/urandom > packed/noise
        (cat packed/numbers; head -c 200000 /dev/zero; head -c 100000 packed/noise; seq 1 5000) > packed/mixture
        echo tiny > packed/tiny
        mkdir links; echo shared > links/first; ln links/first links/second; ln links/first sizes/third
        ln -s first links/relative; ln -s /absolute/path links/absolute; ln -s ../sizes links/folder
        ln -s "$(printf 'x%.0s' $(seq 1 900))" links/long
        mkfifo links/fifo; mknod links/block b 8 1; mknod links/char c 1 3
        echo main > streams; setfattr -n user.small -v value streams
        setfattr -n user.large -v "$(seq 1 4000 | tr '\n' ' ')" streams; setfattr -n user.empty streams
        mkdir folder-with-stream; setfattr -n user.note -v here folder-with-stream
        touch -d '2001-02-03 04:05:06.7890123' links/first
        """;

    [Theory]
    [InlineData(512, 512)]
    [InlineData(512, 4096)]
    [InlineData(512, 65536)]
    [InlineData(4096, 4096)]
    public async Task Everything_reads_as_others_show_it(int sectorSize, int clusterSize)
    {
        using ForeignVolume foreign = await ForeignVolume.CreateAsync(new VolumeRecipe
        {
            SizeBytes = 512L * 1024 * 1024,
            SectorSize = sectorSize,
            ClusterSize = clusterSize,
            Script = Script,
        });
        List<TreeEntry> expected = [];
        await foreign.MountAsync("ro", async folder => expected = await TreeReader.ReadMountedAsync(folder));
        await using ImageDevice device = foreign.Open(sectorSize);
        await using IFileSystem volume =
            await new NtfsFormat().OpenReadOnlyAsync(device, TestContext.Current.CancellationToken);

        List<TreeEntry> found = await TreeReader.ReadVolumeAsync(volume);

        Assert.Equal(expected, found);
        Assert.True(found.Count > 3100, $"{found.Count} entries");
        Assert.Equal(0, device.Writes);
        Assert.Equal(("NTFS 3.1", "Sample", clusterSize), (
            volume.Description.Format, volume.Description.Label, volume.Description.ClusterSizeBytes));
    }
}
