using IscsiMount.FileSystems.Ntfs.Tests.Foreign;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Damage;

/// <summary>A small volume with one of everything, to be damaged or made to fail.</summary>
public sealed class SmallImage : IAsyncLifetime
{
    private const string Script = """
        mkdir -p a/b/c; echo deep > a/b/c/file.txt
        mkdir many; (cd many; for i in $(seq 1 300); do echo $i > "entry number $i"; done)
        head -c 300000 /dev/urandom > plain
        : > x; : > y; for i in $(seq 1 40); do head -c 4096 /dev/urandom >> x; head -c 4096 /dev/urandom >> y; done
        mkdir packed; setfattr -n system.ntfs_attrib_be -v 0x00000810 packed; seq 1 40000 > packed/numbers
        truncate -s 3M hole; printf x | dd of=hole bs=1 seek=2000000 conv=notrunc status=none
        ln -s plain link; setfattr -n user.note -v "a stream" plain
        setfattr -n user.long -v "$(seq 1 3000 | tr '\n' ' ')" plain
        """;

    private byte[] _image = [];

    /// <summary>The bytes of the volume, which must not be changed.</summary>
    public ReadOnlyMemory<byte> Bytes => _image;

    public async ValueTask InitializeAsync()
    {
        using ForeignVolume volume = await ForeignVolume.CreateAsync(new VolumeRecipe
        {
            SizeBytes = 12 * 1024 * 1024,
            ClusterSize = 1024,
            Script = Script,
        });
        _image = await File.ReadAllBytesAsync(volume.ImagePath);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
