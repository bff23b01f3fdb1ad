using IscsiMount.Mounted.Tests.Samples;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Mounted.Tests;

/// <summary>
/// Agents that die, files that are open, and mounts that others take away: everything can be put in order again.
/// </summary>
public sealed class FaultTests(SampleVolumes samples)
{
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
}
