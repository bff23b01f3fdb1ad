using System.Buffers.Binary;
using IscsiMount.Primitives;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Damage;

public sealed class DamagedVolumeTests(SmallImage small) : IClassFixture<SmallImage>
{
    private const long AllocatedBytesMax = 1500L * 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, Seeds(200)]
    public async Task Any_damage_ends_in_answers_and_bounded_work(int seed)
    {
        byte[] image = small.Bytes.ToArray();
        Damage(image, new Random(seed));
        var device = new MemoryDevice(image);
        long before = GC.GetAllocatedBytesForCurrentThread();

        try
        {
            await using IFileSystem volume = await new NtfsFormat().OpenReadOnlyAsync(device, Cancellation);
            await new VolumeWalk(volume, Cancellation).RunAsync();
        }
        catch (DamagedMediumException)
        {
            // The volume as a whole cannot be opened, and says why.
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocatedBytesMax);
        Assert.InRange(device.Reads, 1, 100_000);
        Assert.Equal(0, device.Writes);
    }

    [Fact]
    public async Task A_sound_volume_has_nothing_to_complain_about()
    {
        await using IFileSystem volume =
            await new NtfsFormat().OpenReadOnlyAsync(new MemoryDevice(small.Bytes.ToArray()), Cancellation);
        var walk = new VolumeWalk(volume, Cancellation);

        await walk.RunAsync();

        Assert.True(walk.Entries > 310, $"{walk.Entries} entries");
        Assert.Equal(0, walk.Faults);
    }

    /// <summary>Hits mostly what describes the volume: signatures, headers, run lists, index entries.</summary>
    private static void Damage(byte[] image, Random chance)
    {
        List<int> structures = FindStructures(image);
        int hits = chance.Next(1, 60);
        for (int i = 0; i < hits; i++)
        {
            int at = chance.Next(10) == 0
                ? chance.Next(image.Length - 8)
                : structures[chance.Next(structures.Count)] + ChooseOffset(chance);
            switch (chance.Next(4))
            {
                case 0:
                    image[at] = (byte)chance.Next(256);
                    break;
                case 1:
                    image[at] ^= (byte)(1 << chance.Next(8));
                    break;
                case 2:
                    BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan(at), chance.Next(int.MinValue, int.MaxValue));
                    break;
                default:
                    image.AsSpan(at, chance.Next(1, 8)).Fill((byte)(chance.Next(2) * 0xFF));
                    break;
            }
        }
    }

    /// <summary>
    /// The first 510 bytes of a structure are not covered by a fix-up, so that damage there goes unnoticed.
    /// </summary>
    private static int ChooseOffset(Random chance) => chance.Next(2) == 0 ? chance.Next(0x60) : chance.Next(500);

    private static List<int> FindStructures(byte[] image)
    {
        var found = new List<int> { 0 };
        for (int at = 0; at + 1024 <= image.Length; at += 512)
        {
            ReadOnlySpan<byte> here = image.AsSpan(at, 4);
            if (here.SequenceEqual("FILE"u8) || here.SequenceEqual("INDX"u8))
            {
                found.Add(at);
            }
        }

        return found;
    }
}
