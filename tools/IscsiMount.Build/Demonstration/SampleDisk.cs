using System.Security.Cryptography;
using System.Text;
using IscsiMount.Build.Commands;

namespace IscsiMount.Build.Demonstration;

/// <summary>
/// A disk with one NTFS volume, made by the program itself and filled by ntfs-3g: what somebody could have left on a
/// server.
/// </summary>
/// <param name="stage">In whose folder the image and the originals of its files are made.</param>
internal sealed class SampleDisk(Stage stage)
{
    private const string CompressedFolder = "Archive (compressed)";
    private const int Seed = 7143;

    public string Image => Path.Join(stage.Folder, "sample.img");

    /// <summary>The SHA-256 of each file, in the form of <c>sha256sum</c>, with paths from the root.</summary>
    public string Checksums => Path.Join(stage.Folder, "sample.sha256");

    /// <summary>Makes the image. Nothing stays mounted, whatever fails.</summary>
    public async Task MakeAsync(CancellationToken cancellationToken)
    {
        string originals = Path.Join(stage.Folder, "originals");
        WriteOriginals(originals);

        await Transcript.RunAsync(new Command("truncate", "--size=256M", Image), cancellationToken);
        await Transcript.RunAsync(stage.Iscsimount("format", Image, "--label", "Sample"), cancellationToken);
        string mountPoint = Directory.CreateDirectory(Path.Join(stage.Folder, "filling")).FullName;
        await Transcript.RunAsync(
            new Command("ntfs-3g", "-o", "compression", Image, mountPoint), cancellationToken);
        try
        {
            await FillAsync(originals, mountPoint, cancellationToken);
        }
        finally
        {
            // ORDER: the token may be cancelled already, and the image is complete only after this.
            await Transcript.RunAsync(new Command("fusermount3", "-u", mountPoint), CancellationToken.None);
        }
    }

    private static async Task FillAsync(string originals, string mountPoint, CancellationToken cancellationToken)
    {
        // The attribute word of NTFS, little-endian: what comes into this folder is compressed.
        string compressed = Directory.CreateDirectory(Path.Join(mountPoint, CompressedFolder)).FullName;
        await Transcript.RunAsync(
            new Command("setfattr", "-n", "system.ntfs_attrib_be", "-v", "0x00000810", compressed), cancellationToken);
        await Transcript.RunAsync(new Command("cp", "-r", $"{originals}/.", mountPoint), cancellationToken);
    }

    private void WriteOriginals(string originals)
    {
        var checksums = new StringBuilder();
        foreach ((string path, byte[] content) in Files())
        {
            string file = Path.Join(originals, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
            checksums.Append(Convert.ToHexStringLower(SHA256.HashData(content))).Append("  ").Append(path).Append('\n');
        }

        File.WriteAllText(Checksums, checksums.ToString());
    }

    private static IEnumerable<(string Path, byte[] Content)> Files()
    {
        var chance = new Random(Seed);
        yield return ("Read me first.txt", Text("These files lie on an NTFS volume, on a disk served by iSCSI.\n", 1));
        yield return ("Documents/Letters/To the harbour master.txt", Text("The lighthouse keeper sends regards.\n", 3));
        yield return ("Documents/Rechnungen/Märzrechnung für Jörg.txt", Text("Summe: 1.234,56 €\n", 20));
        yield return ("Documents/Письма/Дорогая Анна.txt", Text("Погода на море хорошая.\n", 50));
        yield return ("Documents/Σημειώσεις/Ημερολόγιο.txt", Text("Ο φάρος άναψε στις επτά.\n", 50));
        yield return ("Pictures/京都の写真/金閣寺.jpg", Noise(chance, 400_000));
        yield return ("Pictures/صور العائلة/البحر.jpg", Noise(chance, 750_000));
        yield return ("Pictures/תמונות/מגדלור.jpg", Noise(chance, 50_001));
        yield return ("Pictures/Emoji 🏖/⛵.png", Noise(chance, 4_097));
        yield return ("Music/A long recording.wav", Noise(chance, 24_000_000));
        yield return ($"{CompressedFolder}/server.log", Text("GET /index.html 200 (nothing unusual)\n", 100_000));
        yield return ($"{CompressedFolder}/empty file", []);
    }

    private static byte[] Text(string line, int count)
    {
        return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, count)));
    }

    private static byte[] Noise(Random chance, int length)
    {
        byte[] content = new byte[length];
        chance.NextBytes(content);
        return content;
    }
}
