using System.Net;
using IscsiMount.Block;
using IscsiMount.Protocol.Names;
using IscsiMount.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace IscsiMount.Target.Tests;

/// <summary>
/// Initiators that others wrote are the judges: they see the disk as it is, and what they write is there.
/// </summary>
public sealed class ForeignToolTests : IAsyncLifetime
{
    private const string Name = "iqn.2026-01.example:foreign";
    private const int Size = 64 * 1024 * 1024;

    private readonly TemporaryFolder _folder = new();
    private readonly MemoryBlockDevice _memory = new(Size / 512);
    private ImageFileBlockDevice? _image;
    private TargetServer? _server;
    private string _portal = "";

    private string MemoryUrl => $"iscsi://{_portal}/{Name}/0";

    private string ImageUrl => $"iscsi://{_portal}/{Name}/1";

    private string ReadOnlyUrl => $"iscsi://{_portal}/{Name}/2";

    public async ValueTask InitializeAsync()
    {
        string path = _folder.Join("disk.img");
        using (FileStream file = File.Create(path))
        {
            file.SetLength(Size);
        }

        _image = ImageFileBlockDevice.Open(path, new ImageFileOptions { BlockLength = 4096 });
        Assert.True(IscsiName.TryPrepare(Name, out IscsiName? name, out _));
        var target = new TargetDefinition
        {
            Name = name,
            LogicalUnits =
            [
                new LogicalUnitDefinition { Lun = 0, Device = _memory, Serial = "memory" },
                new LogicalUnitDefinition { Lun = 1, Device = _image, Serial = "image" },
                new LogicalUnitDefinition { Lun = 2, Device = _memory, Serial = "fixed", IsReadOnly = true },
            ],
        };
        var options = new TargetServerOptions
        {
            Portals = [new IPEndPoint(IPAddress.Loopback, 0)],
            StopGrace = TimeSpan.Zero,
        };
        _server = new TargetServer(options, [target], TimeProvider.System, NullLoggerFactory.Instance);
        _portal = (await _server.StartAsync())[0].ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        await _image!.DisposeAsync();
        await _memory.DisposeAsync();
        _folder.Dispose();
    }

    [Fact, Requirement("DISC-02", "TGT-02")]
    public async Task Iscsi_ls_finds_the_target_and_all_its_units()
    {
        string listed = await ForeignTool.SucceedAsync("iscsi-ls", "-s", $"iscsi://{_portal}");

        Assert.Contains($"Target:{Name} Portal:{_portal},1", listed, StringComparison.Ordinal);
        Assert.Equal(3, listed.Split('\n').Count(line => line.StartsWith("Lun:", StringComparison.Ordinal)));
    }

    [Theory, Requirement("SCSI-01", "SCSI-02", "SCSI-03")]
    [InlineData("", "Product:VIRTUAL-DISK")]
    [InlineData("0", "Page:0xb2 LOGICAL_BLOCK_PROVISIONING")]
    [InlineData("128", "Unit Serial Number:[image]")]
    [InlineData("131", "Designator:[iqn.2026-01.example:foreign,t,0x0001]")]
    [InlineData("176", "maximum transfer length:2048")]
    [InlineData("177", "Medium Rotation Rate:1")]
    [InlineData("178", "lbpu:1")]
    public async Task Iscsi_inq_reads_who_the_disk_is(string page, string expected)
    {
        string[] arguments = page.Length == 0 ? [ImageUrl] : ["-e", "1", "-c", page, ImageUrl];

        string told = await ForeignTool.SucceedAsync("iscsi-inq", arguments);

        Assert.Contains(expected, told, StringComparison.OrdinalIgnoreCase);
    }

    [Fact, Requirement("SCSI-08")]
    public async Task Iscsi_readcapacity16_reads_how_large_it_is()
    {
        string told = await ForeignTool.SucceedAsync("iscsi-readcapacity16", ImageUrl);

        Assert.Contains($"RETURNED LOGICAL BLOCK ADDRESS:{(Size / 4096) - 1}", told, StringComparison.Ordinal);
        Assert.Contains("LOGICAL BLOCK LENGTH IN BYTES:4096", told, StringComparison.Ordinal);
        Assert.Contains($"Total size:{Size}", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8", "32")]
    [InlineData("512", "8")]
    public async Task Iscsi_perf_reads_at_depth_without_an_error(string blocks, string depth)
    {
        ToolResult result = await ForeignTool.RunAsync(
            "iscsi-perf", ["-t", "1", "-b", blocks, "-m", depth, "-r", MemoryUrl]);

        Assert.Contains("finished", result.MustSucceed().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("failed", result.Output + result.Errors, StringComparison.OrdinalIgnoreCase);
    }

    [Theory, Requirement("DATA-10", "DATA-13")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Qemu_img_finds_what_it_wrote(bool toImage)
    {
        byte[] content = new byte[Size];
        new Random(1).NextBytes(content.AsSpan(0, Size / 4));
        new Random(2).NextBytes(content.AsSpan(Size / 2, 12345));
        string source = _folder.Join("source.img");
        await File.WriteAllBytesAsync(source, content, TestContext.Current.CancellationToken);
        string url = toImage ? ImageUrl : MemoryUrl;

        await ForeignTool.SucceedAsync("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", source, url);
        string compared = await ForeignTool.SucceedAsync("qemu-img", "compare", "-f", "raw", "-F", "raw", source, url);

        Assert.Contains("identical", compared, StringComparison.Ordinal);
        byte[] stored = new byte[Size];
        IBlockDevice device = toImage ? _image! : _memory;
        await device.ReadAsync(new(0, (uint)(Size / device.BlockLength)), stored, CancellationToken.None);
        Assert.True(content.AsSpan().SequenceEqual(stored));
    }

    [Fact, Requirement("SCSI-12", "SCSI-15")]
    public async Task Qemu_io_writes_durably_and_reads_patterns_of_any_size()
    {
        string done = await ForeignTool.SucceedAsync(
            "qemu-io", "-f", "raw",
            "-c", "write -P 0x5a 4k 64k",
            "-c", "write -f -P 0x33 1M 5M",
            "-c", "flush",
            "-c", "read -P 0x5a 4k 64k",
            "-c", "read -P 0x33 1M 5M",
            "-c", "read -P 0 6M 1M",
            ImageUrl);

        Assert.DoesNotContain("failed", done, StringComparison.OrdinalIgnoreCase);
    }

    [Fact, Requirement("TGT-07")]
    public async Task Qemu_io_sees_that_a_unit_is_write_protected()
    {
        ToolResult result = await ForeignTool.RunAsync("qemu-io", ["-f", "raw", "-c", "write 0 4k", ReadOnlyUrl]);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("write protected", result.Output + result.Errors, StringComparison.Ordinal);
    }
}
