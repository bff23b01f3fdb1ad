using System.Collections.Concurrent;
using IscsiMount.FileSystems.Ntfs.Verifier.Tests.Samples;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;

[assembly: AssemblyFixture(typeof(SampleImages))]

namespace IscsiMount.FileSystems.Ntfs.Verifier.Tests.Samples;

/// <summary>Volumes that mkntfs made and ntfs-3g filled with one of everything. Each is made once.</summary>
public sealed class SampleImages
{
    // Indexes of two levels, fragments, attribute lists, links, streams, compressed and sparse files, an 8.3 name,
    // extended attributes, a reparse point, an object id, several security descriptors, records and index blocks that
    // are free again.
    private const string Script = """
        set -e
        mkdir -p a/b/c; echo deep > a/b/c/file.txt; chmod 640 a/b/c/file.txt; chmod 700 a/b
        mkdir many; (cd many; for i in $(seq 1 300); do : > "entry number $i with a long name"; done)
        (cd many; rm entry\ number\ *7\ *)
        head -c 300000 /dev/urandom > plain
        python3 -c 'f = open("pieces", "wb"); [(f.seek(i << 17), f.write(b"x")) for i in range(400)]'; echo y > y
        truncate -s 3M hole; printf x | dd of=hole bs=1 seek=2000000 conv=notrunc status=none
        ln -s plain link; ln plain second; mkdir d; ln plain d/third; mkdir emptied; rmdir emptied
        setfattr -n user.note -v "a stream" plain
        setfattr -n user.long -v "$(seq 1 3000 | tr '\n' ' ')" plain
        for i in $(seq 1 40); do setfattr -n user.s$i -v "the value of stream $i, which is long enough" y; done
        mkdir -p dos1 "dos2/a long folder name" "dos3/no name for dos"; echo short > "dos1/a long name for dos.txt"
        setfattr -n system.ntfs_dos_name -v "ALONGN~1.TXT" "dos1/a long name for dos.txt"
        setfattr -n system.ntfs_dos_name -v "ALONGF~1" "dos2/a long folder name"
        echo e > eas; setfattr -n system.ntfs_ea -v 0x10000000000303005445530041424300 eas
        touch sym; setfattr -n system.ntfs_reparse_data -v 0x1d0000a00900000002000000706c61696e sym
        head -c 2000 /dev/urandom > one; head -c 2000 /dev/urandom > two; mkdir -p loop/p/q
        mkdir shrunk; (cd shrunk; for i in $(seq 1 120); do : > "entry number $i with a long name"; done; rm entry*)
        mkdir oid; setfattr -n system.ntfs_object_id -v 0x00112233445566778899aabbccddeeff oid
        """;

    // NTFS compresses streams in clusters of up to 4 KiB only.
    private const string CompressedScript = """
        mkdir packed; setfattr -n system.ntfs_attrib_be -v 0x00000810 packed; seq 1 40000 > packed/numbers
        head -c 100000 /dev/urandom > packed/noise
        """;

    private readonly ConcurrentDictionary<NtfsShape, Lazy<Task<byte[]>>> _images = new();

    /// <summary>The usual one, which most tests damage.</summary>
    public static NtfsShape Usual { get; } = new() { SizeMebibytes = 20, ClusterSizeBytes = 1024 };

    /// <summary>The bytes of a volume, which must not be changed.</summary>
    public Task<byte[]> GetAsync(NtfsShape shape)
    {
        return _images.GetOrAdd(shape, _ => new Lazy<Task<byte[]>>(() => MakeAsync(shape))).Value;
    }

    private static async Task<byte[]> MakeAsync(NtfsShape shape)
    {
        using var folder = new TemporaryFolder();
        string image = folder.Join("image");
        await NtfsImage.MakeAsync(image, shape);
        ForeignMount mount = await ForeignMount.MountAsync(
            image, folder.CreateFolder("m"), "compression,permissions");
        await using (mount)
        {
            string script = shape.ClusterSizeBytes <= 4096 ? Script + "\n" + CompressedScript : Script;
            ToolResult result = await ForeignTool.RunAsync(
                "bash", ["-c", script], new ToolOptions { WorkingFolder = mount.Folder });
            result.MustSucceed();
        }

        return await File.ReadAllBytesAsync(image);
    }
}
