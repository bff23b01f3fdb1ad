using System.Text.Json;
using IscsiMount.Mounted.Tests.Samples;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using IscsiMount.Testing.Product;
using Xunit;

namespace IscsiMount.Mounted.Tests;

/// <summary>
/// The target goes away. Programs wait for it and do not notice, or they get an error and not a hang; and whoever asks
/// is told what is going on.
/// </summary>
public sealed class ReconnectTests(SampleVolumes samples)
{
    [Fact]
    public async Task Programs_do_not_notice_that_the_target_was_restarted()
    {
        SampleVolume volume = await samples.LargeAsync();
        await using var program = new ProgramUnderTest();
        await using TgtTarget target = await TgtTarget.StartAsync(volume.Image);
        string file = await MountAsync(program, target);
        string expected = Assert.Single(volume.Hashes, row => row.Contains("50 MiB.bin", StringComparison.Ordinal));
        await using ForeignProcess hashing = ForeignTool.Start(
            "bash",
            [
                "-c",
                "set -o pipefail; echo reading; for i in 1 2 3 4; do "
                + $"dd if='{file}' bs=64K iflag=direct status=none | sha256sum || exit 1; done",
            ]);
        await Eventually.HoldsAsync(() => hashing.Output.Contains("reading", StringComparison.Ordinal));

        await target.KillAsync();
        await Eventually.HoldsAsync(async () => await StateAsync(program) == "reconnecting");
        await using TgtTarget back = await TgtTarget.StartAsync(volume.Image, target.Portal);

        Assert.True(0 == await hashing.WaitForExitAsync(ForeignTool.DefaultLimit), hashing.Report());
        string[] hashes = [.. hashing.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)];
        Assert.Equal(4, hashes.Length);
        Assert.All(hashes, hash => Assert.StartsWith(hash[..64], expected, StringComparison.Ordinal));
        Assert.Equal("loggedIn", await StateAsync(program));
        await program.LogoutAsync();
    }

    [Fact]
    public async Task A_target_that_stays_away_is_an_error_and_the_mount_can_be_removed()
    {
        SampleVolume volume = await samples.LargeAsync();
        await using var program = new ProgramUnderTest();
        await using TgtTarget target = await TgtTarget.StartAsync(volume.Image);
        string file = await MountAsync(program, target, "--reconnect-timeout", "1s");
        await using ForeignProcess reading = await ReadForeverAsync(file);

        await target.KillAsync();

        Assert.Equal(1, await reading.WaitForExitAsync(ForeignTool.DefaultLimit));
        Assert.Contains("Input/output error", reading.Errors, StringComparison.Ordinal);
        JsonElement status = await program.AskAsync("status");
        JsonElement session = Assert.Single(status.GetProperty("sessions").EnumerateArray());
        Assert.Equal("reconnecting", session.GetProperty("state").GetString());
        Assert.True(session.GetProperty("recovery").GetProperty("isFailing").GetBoolean());
        JsonElement problem = Assert.Single(status.GetProperty("problems").EnumerateArray());
        Assert.Equal(408, problem.GetProperty("code").GetInt32());
        Assert.Contains("logout", problem.GetProperty("hint").GetString(), StringComparison.Ordinal);
        (await program.RunAsync("unmount", program.MountPoint("v"))).MustSucceed();
        Assert.Empty(MountTable.Below(program.MountFolder));
        await program.LogoutAsync();
    }

    [Fact]
    public async Task A_session_without_its_target_can_be_given_up_at_once_although_a_program_reads()
    {
        SampleVolume volume = await samples.LargeAsync();
        await using var program = new ProgramUnderTest();
        await using TgtTarget target = await TgtTarget.StartAsync(volume.Image);
        string file = await MountAsync(program, target, "--reconnect-timeout", "1h");
        await using ForeignProcess reading = await ReadForeverAsync(file);
        await target.KillAsync();
        await Eventually.HoldsAsync(async () => await StateAsync(program) == "reconnecting");

        (await program.RunAsync("logout", "--all", "--force")).MustSucceed();

        Assert.Equal(1, await reading.WaitForExitAsync(ForeignTool.DefaultLimit));
        await program.MustHaveNoTraceAsync();
    }

    [Fact]
    public async Task A_login_while_the_target_comes_back_waits_for_it_and_keeps_the_mount()
    {
        SampleVolume volume = await samples.UsualClustersAsync();
        await using var program = new ProgramUnderTest();
        await using TgtTarget target = await TgtTarget.StartAsync(volume.Image);
        await MountAsync(program, target);
        await target.KillAsync();
        await Eventually.HoldsAsync(async () => await StateAsync(program) == "reconnecting");

        await using TgtTarget back = await TgtTarget.StartAsync(volume.Image, target.Portal);
        await program.LoginAsync(target.Portal);

        Assert.Equal("loggedIn", await StateAsync(program));
        FolderListingAssert.Same(volume.Hashes, await FolderListing.HashesAsync(program.MountPoint("v")));
        await program.LogoutAsync();
    }

    private static async Task<string> MountAsync(ProgramUnderTest program, TgtTarget target, params string[] options)
    {
        string folder = program.MountPoint("v");
        await program.LoginAsync(target.Portal, ["--mount", folder, .. options]);
        return Path.Combine(folder, "large", "50 MiB.bin");
    }

    // Direct reads pass by the page cache, so this goes on until one of them fails.
    private static async Task<ForeignProcess> ReadForeverAsync(string file)
    {
        ForeignProcess reading = ForeignTool.Start(
            "bash",
            [
                "-c",
                $"echo reading; while dd if='{file}' of=/dev/null bs=1M iflag=direct status=none; do :; done; exit 1",
            ]);
        await Eventually.HoldsAsync(() => reading.Output.Contains("reading", StringComparison.Ordinal));
        return reading;
    }

    private static async Task<string?> StateAsync(ProgramUnderTest program)
    {
        JsonElement sessions = await program.AskAsync("sessions");
        return Assert.Single(sessions.GetProperty("sessions").EnumerateArray()).GetProperty("state").GetString();
    }
}
