using System.Globalization;
using IscsiMount.FileSystems.Ntfs.Verifier.Tests.Damage;
using IscsiMount.FileSystems.Ntfs.Verifier.Tests.Samples;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Tests;

/// <summary>Whatever stands on the volume, the verifier comes to an end, in bounds, and says something.</summary>
public sealed class MutantTests(SampleImages samples)
{
    // A sound volume of this size is read in some 3 MiB; a damaged one is read twice where names differ, and a stream
    // that was made to look long is read as long as its clusters are real.
    private const long BytesReadMax = 400 << 20;

    // ISCSIMOUNT_MUTANTS is for long runs.
    private static readonly int Count =
        int.Parse(Environment.GetEnvironmentVariable("ISCSIMOUNT_MUTANTS") ?? "250", CultureInfo.InvariantCulture);

    [Theory, Seeds(8)]
    public async Task A_volume_with_random_damage_is_verified_to_its_end(int seed)
    {
        var chance = new Random(seed);
        byte[] sound = await samples.GetAsync(SampleImages.Usual);
        var volume = new VolumeEditor(sound);
        int[] targets = Targets(volume);
        for (int i = 0; i < Count; i++)
        {
            List<int> places = Mutate(volume, targets, chance);
            var mode = (VerificationMode)(i % 2);
            await using var device = new ImageInMemory(volume.Image);

            VerificationReport report = await NtfsVerifier.VerifyAsync(
                device, mode, TestContext.Current.CancellationToken);

            Assert.True(report.FindingCount >= report.Findings.Count);
            Assert.InRange(report.Findings.Count, 0, 1000);
            Assert.InRange(device.BytesRead, 1, BytesReadMax);
            places.ForEach(place => sound.AsSpan(place, 8).CopyTo(volume.Image.AsSpan(place)));
        }
    }

    // Where metadata lies: the boot sector, all of $MFT, the blocks of a directory, descriptors, the bitmap.
    private static int[] Targets(VolumeEditor volume)
    {
        IEnumerable<int> records = Enumerable.Range(0, (int)volume.RecordCount)
            .Select(number => volume.PlaceOf((ulong)number));
        int blocks = volume.PlaceOf(volume.NumberOf("many"), 0xA0, "$I30", 0);
        return
        [
            0, .. records, .. records.Take(30), .. Enumerable.Range(0, 8).Select(block => blocks + (block * 1024)),
            volume.PlaceOf(9, 0x80, "$SDS", 0), volume.PlaceOf(9, 0xA0, "$SII", 0), volume.PlaceOf(6, 0x80, "", 0),
        ];
    }

    // A few fields in one structure: a bit, zeroes, ones, another byte, the field beside it.
    private static List<int> Mutate(VolumeEditor volume, int[] targets, Random chance)
    {
        List<int> places = [];
        int target = targets[chance.Next(targets.Length)];
        for (int count = chance.Next(1, 4); count > 0; count--)
        {
            int place = target + chance.Next(chance.Next(3) == 0 ? 1000 : 400);
            places.Add(place);
            Span<byte> field = volume.Image.AsSpan(place, chance.Next(1, 9));
            switch (chance.Next(5))
            {
                case 0:
                    field[0] ^= (byte)(1 << chance.Next(8));
                    break;
                case 1:
                    field.Clear();
                    break;
                case 2:
                    field.Fill(0xFF);
                    break;
                case 3:
                    chance.NextBytes(field);
                    break;
                default:
                    field.Reverse();
                    break;
            }
        }

        return places;
    }
}
