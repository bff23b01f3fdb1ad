using System.Text.Json;
using IscsiMount.Mounted.Tests.Samples;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using IscsiMount.Testing.Product;
using Xunit;

namespace IscsiMount.Mounted.Tests;

/// <summary>
/// What goes wrong at login is told in words that help, ends in the exit code that was promised, and leaves nothing
/// behind: no session, no mount, no folder.
/// </summary>
public sealed class BadInputTests(SampleVolumes samples)
{
    private const int BootSectorLength = 512;

    [Fact]
    public async Task A_portal_where_nobody_listens()
    {
        await using var program = new ProgramUnderTest();

        ToolResult login = await program.RunAsync("login", "--portal", $"127.0.0.1:{FreePort.Next()}");

        await MustExplainAsync(program, login, 4, "refused");
    }

    [Fact]
    public async Task A_portal_whose_name_is_unknown()
    {
        await using var program = new ProgramUnderTest();

        ToolResult login = await program.RunAsync("login", "--portal", "no-such-host.invalid");

        await MustExplainAsync(program, login, 4, "no-such-host.invalid");
    }

    [Fact]
    public async Task A_target_that_the_portal_does_not_have()
    {
        const string absent = "iqn.2026-01.test.example:absent";
        using ScratchImage image = ScratchImage.Make(file => file.SetLength(32 << 20));
        await using TgtTarget target = await TgtTarget.StartAsync(image.Path);

        await MustRefuseAsync(target, 3, absent, "--target", absent);
    }

    [Fact]
    public async Task A_target_that_wants_a_secret()
    {
        using ScratchImage image = ScratchImage.Make(file => file.SetLength(32 << 20));
        await using TgtTarget target = await TgtTarget.StartAsync(image.Path);
        await target.DemandChapAsync("user", "secret-of-twelve");

        await MustRefuseAsync(target, 24, "authentication");
    }

    [Theory, Requirement("DIG-01")]
    [InlineData("--header-digest", "HeaderDigest", "header")]
    [InlineData("--data-digest", "DataDigest", "data")]
    public async Task A_digest_that_the_target_does_not_take(string option, string key, string what)
    {
        using ScratchImage image = ScratchImage.Make(file => file.SetLength(32 << 20));
        await using TgtTarget target = await TgtTarget.StartAsync(image.Path);
        await target.SetAsync(key, "None");
        await using var program = new ProgramUnderTest();

        ToolResult login = await program.RunAsync(
            "login", "--portal", target.Portal, "--target", TgtTarget.Name, option, "on");

        await MustExplainAsync(program, login, 16, what);
    }

    [Fact]
    public async Task A_unit_without_a_volume()
    {
        using ScratchImage image = ScratchImage.Make(file => file.SetLength(32 << 20));
        await using TgtTarget target = await TgtTarget.StartAsync(image.Path);

        await MustRefuseAsync(target, 21, "no volume");
    }

    [Fact]
    public async Task A_file_system_that_nobody_knows()
    {
        using ScratchImage image = ScratchImage.Make(file =>
        {
            file.SetLength(32 << 20);
            byte[] noise = new byte[1 << 20];
            new Random(7).NextBytes(noise);
            file.Write(noise);
        });
        await using TgtTarget target = await TgtTarget.StartAsync(image.Path);

        await MustRefuseAsync(target, 21, "unknown");
    }

    [Fact]
    public async Task A_damaged_boot_sector()
    {
        SampleVolume volume = await samples.UsualClustersAsync();
        using ScratchImage image = await ScratchImage.CopyAsync(volume.Image, file =>
        {
            // Both copies claim an impossible record size and lose the place of the $MFT.
            foreach (long offset in new[] { 0, file.Length - BootSectorLength })
            {
                file.Seek(offset + 0x30, SeekOrigin.Begin);
                file.Write(Convert.FromHexString("FFFFFFFFFFFFFF7F" + "FFFFFFFFFFFFFF7F" + "77"));
            }
        });
        await using TgtTarget target = await TgtTarget.StartAsync(image.Path);

        await MustRefuseAsync(target, 30, "$Boot");
    }

    [Fact]
    public async Task A_volume_that_was_cut_off()
    {
        SampleVolume volume = await samples.UsualClustersAsync();
        using ScratchImage image = await ScratchImage.CopyAsync(
            volume.Image, file => file.SetLength(file.Length / 2));
        await using TgtTarget target = await TgtTarget.StartAsync(image.Path);

        await MustRefuseAsync(target, 30, "the device has");
    }

    [Fact]
    public async Task A_mount_point_that_holds_files()
    {
        SampleVolume volume = await samples.UsualClustersAsync();
        await using TgtTarget target = await TgtTarget.StartAsync(volume.Image);
        await using var program = new ProgramUnderTest();
        string folder = Directory.CreateDirectory(program.MountPoint("full")).FullName;
        string file = Path.Combine(folder, "mine.txt");
        File.WriteAllText(file, "mine");

        ToolResult login = await program.RunAsync("login", "--portal", target.Portal, "--mount", folder);

        Assert.Equal("mine", File.ReadAllText(file));
        Directory.Delete(folder, recursive: true);
        await MustExplainAsync(program, login, 11, folder);
    }

    [Fact]
    public async Task A_mount_point_where_something_is_mounted()
    {
        SampleVolume volume = await samples.UsualClustersAsync();
        await using TgtTarget target = await TgtTarget.StartAsync(volume.Image);
        await using var program = new ProgramUnderTest();
        string folder = Directory.CreateDirectory(program.MountPoint("taken")).FullName;
        await ForeignTool.SucceedAsync("mount", "-t", "tmpfs", "none", folder);

        ToolResult login = await program.RunAsync("login", "--portal", target.Portal, "--mount", folder);

        await ForeignTool.SucceedAsync("umount", folder);
        Directory.Delete(folder);
        await MustExplainAsync(program, login, 11, folder);
    }

    [Fact]
    public async Task An_agent_that_cannot_start()
    {
        using var folder = new TemporaryFolder();
        string home = folder.Join("home");
        File.WriteAllText(home, "a file where a folder must be");

        ToolResult login = await ProgramUnderTest.RunWithHomeAsync(home, "login", "--portal", "127.0.0.1");

        Assert.Equal(20, login.ExitCode);
        Assert.Contains(home, login.Errors, StringComparison.Ordinal);
    }

    private static async Task MustRefuseAsync(TgtTarget target, int exitCode, string words, params string[] options)
    {
        await using var program = new ProgramUnderTest();

        ToolResult login = await program.RunAsync(["login", "--portal", target.Portal, .. options]);

        await MustExplainAsync(program, login, exitCode, words);
    }

    private static async Task MustExplainAsync(ProgramUnderTest program, ToolResult result, int exitCode, string words)
    {
        result.MustExitWith(exitCode);
        Assert.Contains(words, result.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
        await program.MustHaveNoTraceAsync();
        JsonElement status = await program.AskAsync("status");
        Assert.Empty(status.GetProperty("problems").EnumerateArray());
    }
}
