using System.Text.Json;
using IscsiMount.Mounted.Tests.Samples;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using IscsiMount.Testing.Product;
using Xunit;

namespace IscsiMount.Mounted.Tests;

/// <summary>
/// The cable is pulled: programs get an error and not a hang, and everything can be put in order again.
/// </summary>
public sealed class FaultTests(SampleVolumes samples)
{
    [Fact]
    public async Task A_target_that_dies_during_a_read_is_an_error_and_the_mount_can_be_removed()
    {
        SampleVolume volume = await samples.LargeAsync();
        await using VolumeOnTgt mounted = await VolumeOnTgt.MountAsync(volume);
        // Direct reads pass by the page cache, so this goes on until one of them fails.
        await using ForeignProcess reading = ForeignTool.Start(
            "bash",
            [
                "-c",
                $"echo reading; while dd if='{mounted.PathOf("large/50 MiB.bin")}' of=/dev/null bs=1M iflag=direct "
                + "status=none; do :; done; exit 1",
            ]);
        await Eventually.HoldsAsync(() => reading.Output.Contains("reading", StringComparison.Ordinal));

        await mounted.Target.KillAsync();

        Assert.Equal(1, await reading.WaitForExitAsync(ForeignTool.DefaultLimit));
        Assert.Contains("Input/output error", reading.Errors, StringComparison.Ordinal);
        await MustSayWhatIsWrongAsync(mounted.Program);
        (await mounted.Program.RunAsync("unmount", mounted.Folder)).MustSucceed();
        Assert.Empty(MountTable.Below(mounted.Program.MountFolder));
        await mounted.LogoutAsync();
    }

    [Fact]
    public async Task A_session_that_failed_is_replaced_by_the_next_login()
    {
        SampleVolume volume = await samples.UsualClustersAsync();
        await using var program = new ProgramUnderTest();
        string folder = program.MountPoint("v");
        string portal;
        await using (TgtTarget target = await TgtTarget.StartAsync(volume.Image))
        {
            portal = target.Portal;
            await program.LoginAsync(portal, "--mount", folder);
            await target.KillAsync();
        }

        await using TgtTarget back = await TgtTarget.StartAsync(volume.Image, portal);
        await program.LoginAsync(portal, "--mount", folder);

        FolderListingAssert.Same(volume.Hashes, await FolderListing.HashesAsync(folder));
        await program.LogoutAsync();
    }

    [Fact]
    public async Task An_agent_that_was_killed_leaves_a_mount_that_its_successor_clears()
    {
        SampleVolume volume = await samples.UsualClustersAsync();
        await using VolumeOnTgt mounted = await VolumeOnTgt.MountAsync(volume);
        int agent = await mounted.Program.AgentProcessIdAsync();

        await ForeignTool.SucceedAsync("kill", "-9", $"{agent}");
        await Eventually.HoldsAsync(() => !File.Exists($"/proc/{agent}/exe"));

        await mounted.LoginAsync();
        FolderListingAssert.Same(volume.Hashes, await FolderListing.HashesAsync(mounted.Folder));
        await mounted.LogoutAsync();
    }

    [Fact]
    public async Task An_open_file_keeps_the_mount_unless_it_is_forced()
    {
        SampleVolume volume = await samples.UsualClustersAsync();
        await using VolumeOnTgt mounted = await VolumeOnTgt.MountAsync(volume);
        await using FileStream open = File.OpenRead(mounted.PathOf("large/8 MiB.bin"));

        (await mounted.Program.RunAsync("unmount", mounted.Folder)).MustExitWith(11);
        (await mounted.Program.RunAsync("logout", "--all")).MustExitWith(11);
        Assert.True(MountTable.IsMounted(mounted.Folder));

        (await mounted.Program.RunAsync("logout", "--all", "--force")).MustSucceed();
        await mounted.Program.MustHaveNoTraceAsync();
    }

    [Fact]
    public async Task The_systems_own_umount_is_noticed()
    {
        SampleVolume volume = await samples.UsualClustersAsync();
        await using VolumeOnTgt mounted = await VolumeOnTgt.MountAsync(volume);

        await ForeignTool.SucceedAsync("umount", mounted.Folder);

        await Eventually.HoldsAsync(async () =>
            (await mounted.Program.AskAsync("mounts")).GetProperty("mounts").GetArrayLength() == 0);
        await mounted.LogoutAsync();
    }

    private static async Task MustSayWhatIsWrongAsync(ProgramUnderTest program)
    {
        JsonElement status = await program.AskAsync("status");
        JsonElement session = Assert.Single(status.GetProperty("sessions").EnumerateArray());
        Assert.Equal("failed", session.GetProperty("state").GetString());
        JsonElement problem = Assert.Single(status.GetProperty("problems").EnumerateArray());
        Assert.NotEmpty(problem.GetProperty("hint").GetString()!);
    }
}
