using System.Buffers.Binary;
using System.Text;

namespace IscsiMount.Mounted.Tests.Samples;

/// <summary>How much a <see cref="SampleTree"/> holds.</summary>
public sealed record SampleSize
{
    public required int DeepFiles { get; init; }

    public required int WideEntries { get; init; }

    public required int FragmentedWrites { get; init; }

    /// <summary>Length of the largest file in MiB.</summary>
    public required int LargestMebibytes { get; init; }

    /// <summary>NTFS compresses volumes with clusters of up to 4 KiB only.</summary>
    public bool HasCompressed { get; init; } = true;

    public static SampleSize Full { get; } = new()
    {
        DeepFiles = 2_400,
        WideEntries = 20_000,
        FragmentedWrites = 400,
        LargestMebibytes = 200,
    };

    public static SampleSize Small { get; } = new()
    {
        DeepFiles = 300,
        WideEntries = 2_000,
        FragmentedWrites = 100,
        LargestMebibytes = 8,
    };
}

/// <summary>
/// Fills a directory on a writable NTFS mount of another driver with all that reading has to cope with. The same
/// seed gives the same content.
/// </summary>
public sealed class SampleTree(string root, int seed, SampleSize size)
{
    private const uint CompressedAttribute = 0x800;

    private static readonly string[] Scripts =
    [
        "Grüße aus Köln", "Ελληνικά", "Привет мир", "日本語の名前", "한국어", "العربية", "עברית", "हिन्दी", "ไทย",
        "emoji 🚀 beyond the first plane", "trailing (1)", "Ünïcödé ǅ ß İ ı ſ", "spaces  and\ttabs", "quote ' and !",
        new string('n', 255), new string('長', 84),
    ];

    private readonly Random _chance = new(seed);

    public void Fill()
    {
        Deep();
        Wide();
        Large();
        Fragmented();
        Names();
        Sparse();
        Links();
        Streams();
        if (size.HasCompressed)
        {
            Compressed();
        }
    }

    private void Deep()
    {
        for (int i = 0; i < size.DeepFiles; i++)
        {
            string folder = Folder($"deep/{i % 7}/level two {i % 11}/{i % 5}/{i % 3}");
            int length = i % 10 == 0 ? 50_000 : _chance.Next(0, 4_000);
            File.WriteAllBytes(Path.Combine(folder, $"file {i:D5}.dat"), Noise(length));
        }

        string path = "chain";
        for (int depth = 0; depth < 60; depth++)
        {
            path += $"/d{depth:D2}";
        }

        File.WriteAllText(Path.Combine(Folder(path), "bottom.txt"), "You found the bottom.");
    }

    private void Wide()
    {
        string folder = Folder("wide");
        for (int i = 0; i < size.WideEntries; i++)
        {
            // The order of creation is not the order of names, so that index blocks split in the middle too.
            int number = (int)(i * 7_919L % size.WideEntries);
            File.WriteAllText(Path.Combine(folder, $"entry-{number:D6}-of-a-wide-directory.txt"), $"{number}");
        }
    }

    private void Large()
    {
        string folder = Folder("large");
        foreach (int mebibytes in new[] { 1, 3, Math.Max(4, size.LargestMebibytes / 4), size.LargestMebibytes })
        {
            using FileStream file = File.Create(Path.Combine(folder, $"{mebibytes} MiB.bin"));
            for (int i = 0; i < mebibytes; i++)
            {
                file.Write(Noise(1 << 20));
            }

            file.Write(Noise(mebibytes));
        }
    }

    private void Fragmented()
    {
        // Files that grow in turn share the free space between them, a few clusters each time.
        string folder = Folder("fragmented");
        FileStream[] files =
            [
                .. Enumerable.Range(0, 4)
                    .Select(i => new FileStream(Path.Combine(folder, $"part {i}.bin"), Unbuffered())),
            ];
        for (int i = 0; i < size.FragmentedWrites; i++)
        {
            foreach (FileStream file in files)
            {
                file.Write(Noise(4096 * _chance.Next(1, 4)));
            }
        }

        foreach (FileStream file in files)
        {
            file.Dispose();
        }
    }

    private void Names()
    {
        string folder = Folder("names");
        foreach (string name in Scripts)
        {
            Folder($"names/dir {name[..Math.Min(name.Length, 60)]}");
            File.WriteAllText(Path.Combine(folder, name), name);
        }

        File.WriteAllText(Path.Combine(folder, "case"), "lower");
        File.WriteAllText(Path.Combine(folder, "CASE of another"), "upper");
        File.WriteAllText(Path.Combine(folder, ".hidden"), "dot");
        File.WriteAllBytes(Path.Combine(folder, "empty"), []);
        Folder("names/empty folder");
    }

    private void Sparse()
    {
        string folder = Folder("sparse");
        foreach (int hole in new[] { 1 << 16, 1 << 20, 40 << 20 })
        {
            using FileStream file = File.Create(Path.Combine(folder, $"holes of {hole}.bin"));
            for (int i = 0; i < 3; i++)
            {
                file.Seek(hole, SeekOrigin.Current);
                file.Write(Noise(_chance.Next(1, 10_000)));
            }

            file.SetLength(file.Length + hole);
        }

        using FileStream nothing = File.Create(Path.Combine(folder, "only a hole.bin"));
        nothing.SetLength(10 << 20);
    }

    private void Links()
    {
        string folder = Folder("links");
        string first = Path.Combine(folder, "first name.bin");
        File.WriteAllBytes(first, Noise(70_000));
        ForeignFiles.HardLink(first, Path.Combine(folder, "second name.bin"));
        ForeignFiles.HardLink(first, Path.Combine(Folder("links/elsewhere"), "third name.bin"));
        File.CreateSymbolicLink(Path.Combine(folder, "to a file"), "first name.bin");
        File.CreateSymbolicLink(Path.Combine(folder, "to a folder"), "../deep/1");
        File.CreateSymbolicLink(Path.Combine(folder, "to nowhere"), "not/there");
    }

    private void Streams()
    {
        string folder = Folder("streams");
        foreach (int length in new[] { 0, 10, 700, 4_096, 30_000 })
        {
            string file = Path.Combine(folder, $"streams of {length}.txt");
            File.WriteAllText(file, "main stream");
            ForeignFiles.SetAttribute(file, "user.first", Noise(length));
            ForeignFiles.SetAttribute(file, "user.Zweiter Strom ü", Noise(length / 2));
        }

        ForeignFiles.SetAttribute(folder, "user.on a folder", Encoding.UTF8.GetBytes("folders have streams too"));
    }

    private void Compressed()
    {
        string folder = Folder("compressed");
        ForeignFiles.SetAttribute(folder, "system.ntfs_attrib_be", BigEndian(0x10 | CompressedAttribute));
        for (int i = 0; i < 12; i++)
        {
            using FileStream file = File.Create(Path.Combine(folder, $"text {i}.log"));
            for (int line = 0; line < 2_000 * (i + 1); line++)
            {
                file.Write(Encoding.UTF8.GetBytes(
                    $"{line:D8} the quick brown fox, file {i}, value {_chance.Next(99)}\n"));
            }
        }

        File.WriteAllBytes(Path.Combine(folder, "noise.bin"), Noise(300_000));
        File.WriteAllBytes(Path.Combine(folder, "zeroes.bin"), new byte[1 << 20]);
        byte[] mixed = new byte[500_000];
        Noise(100_000).CopyTo(mixed, 200_000);
        File.WriteAllBytes(Path.Combine(folder, "mixed.bin"), mixed);
    }

    private string Folder(string relative) => Directory.CreateDirectory(Path.Combine(root, relative)).FullName;

    private byte[] Noise(int length)
    {
        byte[] bytes = new byte[length];
        _chance.NextBytes(bytes);
        return bytes;
    }

    private static FileStreamOptions Unbuffered() => new()
    {
        Mode = FileMode.Create,
        Access = FileAccess.Write,
        BufferSize = 0,
    };

    private static byte[] BigEndian(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
