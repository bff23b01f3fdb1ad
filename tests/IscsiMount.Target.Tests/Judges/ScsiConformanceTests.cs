using System.Net;
using IscsiMount.Block;
using IscsiMount.Protocol.Names;
using IscsiMount.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace IscsiMount.Target.Tests.Judges;

/// <summary>
/// libiscsi's <c>iscsi-test-cu</c> judges the disk over two portals: in memory and in an image, with short and with
/// long blocks. Each of its tests passes, and only those in the list below may say that there was nothing to look at.
/// </summary>
/// <remarks>
/// Most of its time it sleeps, so all disks are judged at once, each on a target of its own: a reset of a target is
/// one of all its units.
/// </remarks>
public sealed class ScsiConformanceTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Name = "iqn.2026-01.example:judged";
    private const int Size = 32 * 1024 * 1024;

    /// <summary>As many as <c>iscsi-test-cu</c> of libiscsi 1.19 has: one that vanishes is missed.</summary>
    private const int TestCount = 230;

    private static readonly (string Reason, string[] Tests)[] AllowedSkips =
    [
        ("the unit has no medium that could be taken out",
        [
            "PreventAllow.Simple", "PreventAllow.Eject", "PreventAllow.ITNexusLoss", "PreventAllow.Logout",
            "PreventAllow.WarmReset", "PreventAllow.ColdReset", "PreventAllow.LUNReset", "PreventAllow.2ITNexuses",
            "StartStopUnit.Simple",
        ]),
        ("a physical block is one logical block; a disk of larger ones is judged by itself",
        [
            "CompareAndWrite.InvalidDataOutSize", "WriteSame10.UnmapUnaligned", "WriteSame10.InvalidDataOutSize",
            "WriteSame16.UnmapUnaligned", "WriteSame16.InvalidDataOutSize",
        ]),
        ("a count of zero is refused, as page B0h tells", ["WriteSame10.ZeroBlocks", "WriteSame16.ZeroBlocks"]),
        ("the unit is not write-protected; one that is is judged by itself", ["ReadOnly.ReadOnlySBC"]),
        ("a cold reset would let any initiator disconnect all others", ["Reserve6.TargetColdReset"]),
        ("sanitizing is not offered",
        [
            "Sanitize.BlockErase", "Sanitize.BlockEraseReserved", "Sanitize.CryptoErase",
            "Sanitize.CryptoEraseReserved", "Sanitize.ExitFailureMode", "Sanitize.InvalidServiceAction",
            "Sanitize.Overwrite", "Sanitize.OverwriteReserved",
            "Sanitize.Readonly", "Sanitize.Reservations", "Sanitize.Reset",
        ]),
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly MemoryBlockDevice _memory = new(Size / 512);
    private readonly MemoryBlockDevice _longBlocks = new(Size / 4096, 4096);
    private readonly MemoryBlockDevice _coarse = new(Size / 512);
    private ImageFileBlockDevice? _image;
    private TargetServer? _server;
    private IReadOnlyList<IPEndPoint> _portals = [];

    public async ValueTask InitializeAsync()
    {
        string path = _folder.Join("disk.img");
        using (FileStream file = File.Create(path))
        {
            file.SetLength(Size);
        }

        _image = ImageFileBlockDevice.Open(path);
        TargetDefinition[] targets =
        [
            Define("memory", new() { Lun = 0, Device = _memory, Serial = "memory" }),
            Define("image", new()
            {
                Lun = 0,
                Device = _image,
                Serial = "image",
                ReservationFile = _folder.Join("disk.img.reservations"),
            }),
            Define("long", new() { Lun = 0, Device = _longBlocks, Serial = "long" }),
            Define("coarse", new() { Lun = 0, Device = _coarse, Serial = "coarse", PhysicalBlockLength = 4096 }),
            Define("fixed", new() { Lun = 0, Device = _memory, Serial = "fixed", IsReadOnly = true }),
        ];
        var options = new TargetServerOptions
        {
            Portals = [new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, 0)],
            StopGrace = TimeSpan.Zero,
        };
        _server = new TargetServer(options, targets, TimeProvider.System, NullLoggerFactory.Instance);
        _portals = await _server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        await _image!.DisposeAsync();
        await _coarse.DisposeAsync();
        await _longBlocks.DisposeAsync();
        await _memory.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    [Requirement("SCSI-04", "SCSI-11", "SCSI-12", "SCSI-13", "SCSI-14", "SCSI-17", "SCSI-18", "SCSI-19", "SCSI-20")]
    public async Task Each_test_of_the_judge_passes_on_each_disk()
    {
        string[] disks = ["memory", "image", "long"];

        IReadOnlyList<JudgedTest>[] judged = await Task.WhenAll(disks.Select(disk => JudgeAsync(disk, "ALL")));

        for (int i = 0; i < disks.Length; i++)
        {
            output.WriteLine($"{disks[i]}:\n  {string.Join("\n  ", judged[i])}");
        }

        string[] allowed = [.. AllowedSkips.SelectMany(each => each.Tests)];
        Assert.All(judged, tests =>
        {
            Assert.Equal(TestCount, tests.Count);
            Assert.All(tests, test => Assert.True(test.IsPassed, $"{test.Name}: {test.Report}"));
            Assert.Empty(tests.Where(test => test.IsSkipped).Select(test => test.Name).Except(allowed));
        });
    }

    [Theory, Requirement("SCSI-19", "SCSI-20")]
    [InlineData("ALL.CompareAndWrite.InvalidDataOutSize")]
    [InlineData("ALL.WriteSame10.UnmapUnaligned")]
    [InlineData("ALL.WriteSame10.InvalidDataOutSize")]
    [InlineData("ALL.WriteSame16.UnmapUnaligned")]
    [InlineData("ALL.WriteSame16.InvalidDataOutSize")]
    public async Task The_judge_finds_nothing_wrong_with_pieces_of_large_physical_blocks(string name)
    {
        JudgedTest test = Assert.Single(await JudgeAsync("coarse", name));

        Assert.True(test is { IsPassed: true, IsSkipped: false }, test.Report);
    }

    [Fact, Requirement("TGT-07")]
    public async Task The_judge_cannot_write_to_a_protected_disk()
    {
        JudgedTest test = Assert.Single(await JudgeAsync("fixed", "ALL.ReadOnly"));

        Assert.True(test is { IsPassed: true, IsSkipped: false }, test.Report);
    }

    private async Task<IReadOnlyList<JudgedTest>> JudgeAsync(string disk, string tests)
    {
        string[] paths = [.. _portals.Select(portal => $"iscsi://{portal}/{Name}.{disk}/0")];
        ToolResult result = await ForeignTool.RunAsync(
            "iscsi-test-cu", ["-d", "-v", "-t", tests, .. paths], new() { Limit = TimeSpan.FromMinutes(3) });
        return JudgedTest.ReadAll(result.Output);
    }

    private static TargetDefinition Define(string name, LogicalUnitDefinition unit)
    {
        Assert.True(IscsiName.TryPrepare($"{Name}.{name}", out IscsiName? prepared, out _));
        return new() { Name = prepared, LogicalUnits = [unit] };
    }
}
