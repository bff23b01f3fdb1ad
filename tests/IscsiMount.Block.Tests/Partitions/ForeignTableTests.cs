using System.Globalization;
using System.Text.Json;
using IscsiMount.Block.Partitions;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Block.Tests.Partitions;

/// <summary>Tables that the tools of Linux make are read as those tools read them.</summary>
public sealed class ForeignTableTests : IDisposable
{
    private const string Gpt4096 = "g\nn\n1\n256\n+1000\nn\n5\n5000\n+200\nw\n";
    private const string Mbr4096 =
        "o\nn\np\n1\n256\n+1000\nn\ne\n2\n2000\n\nn\nl\n\n+300\nn\nl\n\n+400\nn\nl\n\n+500\nw\n";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("label: dos\n,10M,7\n,20M,83\n")]
    [InlineData("label: dos\n1: start=2048,size=2048,type=7\n4: start=8192,size=1,type=c\n")]
    [InlineData("label: dos\n,10M,7\n,50M,5\n,5M,7\n,6M,83\n,7M,7\n,8M,b\n")]
    [InlineData("label: dos\n,50M,f\n2: start=150000,size=100,type=7\n5: size=10M,type=7\n6: size=5M,type=7\n")]
    [InlineData("label: dos\nlabel-id: 0x0badcafe\n4: start=2048,size=100000,type=85\n,5M,7\n,,7\n")]
    [InlineData("label: gpt\n,10M\n,20M,U\n")]
    [InlineData("label: gpt\n7: start=4096,size=2048,name=\"Größe\"\n128: start=8192,size=1,name=\"x\"\n2: size=5\n")]
    [InlineData("label: gpt\ntable-length: 4\n,10M\n")]
    public async Task A_table_of_sfdisk_is_read_as_sfdisk_reads_it(string script)
    {
        string image = await CreateAsync(100);
        (await ForeignTool.RunAsync("sfdisk", ["-q", image], new() { Input = script })).MustSucceed();

        await AssertAsSfdiskAsync(image);
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(56, 30)]
    public async Task A_long_chain_of_logical_partitions_with_gaps_is_read_as_sfdisk_reads_it(int count, int removed)
    {
        string image = await CreateAsync(200);
        string script = "label: dos\n,,5\n" + string.Concat(Enumerable.Repeat(",1M,7\n", count));
        (await ForeignTool.RunAsync("sfdisk", ["-q", image], new() { Input = script })).MustSucceed();
        await ForeignTool.SucceedAsync("sfdisk", "-q", "--delete", image, $"{removed + 4}");

        int found = await AssertAsSfdiskAsync(image);

        Assert.Equal(count - 1, found);
    }

    [Theory]
    [InlineData("-n", "1:2048:+10M", "-t", "1:0700", "-c", "1:Windows", "-n", "9:0:0", "-t", "9:8300")]
    [InlineData("-S", "512", "-n", "200:40960:+1M", "-t", "200:0700", "-n", "3:0:+5M")]
    public async Task A_table_of_sgdisk_is_read_as_sfdisk_reads_it(params string[] arguments)
    {
        string image = await CreateAsync(100);
        await ForeignTool.SucceedAsync("sgdisk", ["-o", .. arguments, image]);

        await AssertAsSfdiskAsync(image);
    }

    [Theory]
    [InlineData("sgdisk", "-z")]
    [InlineData("sfdisk", "--delete")]
    public async Task A_disk_whose_table_was_removed_has_no_partitions(string tool, string argument)
    {
        string image = await CreateAsync(20);
        await ForeignTool.SucceedAsync("sgdisk", "-o", "-n", "1:2048:+1M", image);
        await ForeignTool.SucceedAsync(tool, argument, image);
        await using var device = ImageFileBlockDevice.Open(image, new() { IsReadOnly = true });

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.DoesNotContain(scan.Partitions, partition => partition.Index > 0);
    }

    [Fact]
    public async Task A_header_that_was_overwritten_is_found_at_the_end_as_sgdisk_finds_it()
    {
        string image = await CreateAsync(20);
        await ForeignTool.SucceedAsync("sgdisk", "-o", "-n", "1:2048:+1M", "-c", "1:rescued", image);
        await ForeignTool.SucceedAsync(
            "dd", "if=/dev/zero", $"of={image}", "bs=512", "seek=1", "count=20", "conv=notrunc");
        await using var device = ImageFileBlockDevice.Open(image, new() { IsReadOnly = true });

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal("rescued", Assert.Single(scan.Partitions).Name);
        Assert.Equal(2, scan.Findings.Count);
    }

    [Theory]
    [InlineData(Gpt4096, PartitionScheme.Gpt, 2)]
    [InlineData(Mbr4096, PartitionScheme.Mbr, 4)]
    public async Task A_table_for_4096_byte_blocks_is_read_as_fdisk_reads_it(
        string commands, PartitionScheme scheme, int count)
    {
        string image = await CreateAsync(64);
        ToolResult made = await ForeignTool.RunAsync("fdisk", ["-b", "4096", image], new() { Input = commands });
        made.MustSucceed();
        string listed = await ForeignTool.SucceedAsync(
            "fdisk", "-b", "4096", "-l", "-o", "Device,Start,Sectors,Type", image);
        await using var device = ImageFileBlockDevice.Open(image, new() { BlockLength = 4096, IsReadOnly = true });

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal(scheme, scan.Scheme);
        Assert.Empty(scan.Findings);
        Assert.Equal(count, scan.Partitions.Count);
        Assert.Equal(
            ListedBy(listed, image),
            scan.Partitions.Select(each => (each.Index, each.FirstBlock, each.BlockCount)));
    }

    [Theory]
    [InlineData("mkntfs", "-Q", "-F", "-q")]
    [InlineData("mkntfs", "-Q", "-F", "-q", "-s", "4096")]
    public async Task A_disk_that_is_one_volume_is_whole(string tool, params string[] arguments)
    {
        string image = await CreateAsync(20);
        await ForeignTool.SucceedAsync(tool, [.. arguments, image]);
        await using var device = ImageFileBlockDevice.Open(image, new() { IsReadOnly = true });

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Equal(PartitionScheme.None, scan.Scheme);
        Assert.Empty(scan.Findings);
        Assert.Equal(device.BlockCount, Assert.Single(scan.Partitions).BlockCount);
    }

    private async Task<string> CreateAsync(int megabytes)
    {
        string path = _folder.Join("disk.img");
        await using FileStream file = File.Create(path);
        file.SetLength(megabytes * 1024L * 1024L);
        return path;
    }

    /// <summary>Compares all that <c>sfdisk --json</c> tells of each partition, containers left out.</summary>
    private static async Task<int> AssertAsSfdiskAsync(string image)
    {
        using JsonDocument json = JsonDocument.Parse(await ForeignTool.SucceedAsync("sfdisk", "--json", image));
        JsonElement table = json.RootElement.GetProperty("partitiontable");
        bool isGpt = table.GetProperty("label").GetString() == "gpt";
        string diskId = table.GetProperty("id").GetString()!;
        await using var device = ImageFileBlockDevice.Open(image, new() { IsReadOnly = true });

        PartitionScan scan = await PartitionScanner.ScanAsync(device, Token);

        Assert.Empty(scan.Findings);
        Assert.Equal(isGpt ? PartitionScheme.Gpt : PartitionScheme.Mbr, scan.Scheme);
        Assert.Equal(
            table.GetProperty("partitions").EnumerateArray()
                .Select(each => AsSfdiskTells(each, image, isGpt, diskId))
                .Where(each => isGpt || each.Type is not ("05" or "0f" or "85")),
            scan.Partitions.Select(
                each => (each.Index, each.FirstBlock, each.BlockCount, each.TypeId, each.Name, each.UniqueId)));
        return scan.Partitions.Count;
    }

    private static (int Index, ulong First, ulong Count, string Type, string Name, string Id) AsSfdiskTells(
        JsonElement partition, string image, bool isGpt, string diskId)
    {
        int index = int.Parse(
            partition.GetProperty("node").GetString()![image.Length..], CultureInfo.InvariantCulture);
        string type = partition.GetProperty("type").GetString()!;
        return (
            index,
            partition.GetProperty("start").GetUInt64(),
            partition.GetProperty("size").GetUInt64(),
            isGpt ? Lower(type) : type.PadLeft(2, '0'),
            partition.TryGetProperty("name", out JsonElement name) ? name.GetString()! : "",
            isGpt ? Lower(partition.GetProperty("uuid").GetString()!) : $"{diskId[2..]}-{index:x2}");
    }

    private static IEnumerable<(int Index, ulong First, ulong Count)> ListedBy(string listed, string image)
    {
        return listed.Split('\n')
            .Where(line => line.StartsWith(image, StringComparison.Ordinal))
            .Where(line => !line.EndsWith("Extended", StringComparison.Ordinal))
            .Select(line => line[image.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(fields => (
                int.Parse(fields[0], CultureInfo.InvariantCulture),
                ulong.Parse(fields[1], CultureInfo.InvariantCulture),
                ulong.Parse(fields[2], CultureInfo.InvariantCulture)));
    }

    private static string Lower(string guid) => new Guid(guid).ToString();
}
