using IscsiMount.Testing;

namespace IscsiMount.Mounted.Tests.Samples;

/// <summary>The partition tables that a disk can have.</summary>
public enum PartitionScheme
{
    /// <summary>The second volume is a logical partition in an extended one.</summary>
    Mbr,
    Gpt,
}

/// <summary>Puts volumes into a disk image with a partition table that others wrote.</summary>
public static class PartitionedImage
{
    private const int Mebibyte = 1 << 20;

    /// <summary>Makes a disk with 512-byte sectors that holds two volumes.</summary>
    public static async Task MakeAsync(string disk, PartitionScheme scheme, string firstVolume, string secondVolume)
    {
        long first = Mebibytes(firstVolume);
        long second = Mebibytes(secondVolume);
        string script = scheme switch
        {
            PartitionScheme.Gpt => $"""
                label: gpt
                start=1MiB, size={first}MiB, type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, name="first"
                start={first + 2}MiB, size={second}MiB, type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, name="second"
                """,
            PartitionScheme.Mbr => $"""
                label: dos
                1: start=1MiB, size={first}MiB, type=7
                2: start={first + 1}MiB, type=f
                5: start={first + 2}MiB, size={second}MiB, type=7
                """,
        };
        Create(disk, first + second + 4);
        ToolResult table = await ForeignTool.RunAsync(
            "sfdisk", ["-q", disk], new ToolOptions { Input = script + "\n" });
        table.MustSucceed();
        await CopyIntoAsync(disk, firstVolume, 1);
        await CopyIntoAsync(disk, secondVolume, first + 2);
    }

    /// <summary>Makes a GPT disk with 4096-byte sectors that holds one volume, which begins at 1 MiB.</summary>
    public static async Task MakeWithLargeSectorsAsync(string disk, string volume)
    {
        long size = Mebibytes(volume);
        Create(disk, size + 4);
        long lastSector = ((size + 1) * Mebibyte / 4096) - 1;
        ToolResult table = await ForeignTool.RunAsync(
            "fdisk", ["-b", "4096", disk], new ToolOptions { Input = $"g\nn\n1\n256\n{lastSector}\nt\n11\nw\n" });
        Assert4K(table);
        await CopyIntoAsync(disk, volume, 1);
    }

    private static void Assert4K(ToolResult table)
    {
        Xunit.Assert.Contains(
            "The partition table has been altered", table.MustSucceed().Output, StringComparison.Ordinal);
    }

    private static void Create(string disk, long mebibytes)
    {
        using FileStream image = File.Create(disk);
        image.SetLength(mebibytes * Mebibyte);
    }

    private static long Mebibytes(string file) => new FileInfo(file).Length / Mebibyte;

    private static async Task CopyIntoAsync(string disk, string volume, long offsetMebibytes)
    {
        await ForeignTool.SucceedAsync(
            "dd", $"if={volume}", $"of={disk}", "bs=1M", $"seek={offsetMebibytes}",
            "conv=notrunc,sparse", "status=none");
    }
}
