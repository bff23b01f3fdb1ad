using IscsiMount.Testing.Peers;
using IscsiMount.Testing.Product;

namespace IscsiMount.Mounted.Tests.Samples;

/// <summary>
/// A sample volume on a target of tgt, mounted by our program: where most tests begin. Disposing of it ends all three,
/// and fails if the program leaves anything behind.
/// </summary>
internal sealed class VolumeOnTgt(TgtTarget target, ProgramUnderTest program) : IAsyncDisposable
{
    public TgtTarget Target => target;

    public ProgramUnderTest Program => program;

    /// <summary>Where the volume is mounted.</summary>
    public string Folder { get; } = program.MountPoint("v");

    public static async Task<VolumeOnTgt> MountAsync(SampleVolume volume)
    {
        TgtTarget target = await TgtTarget.StartAsync(volume.Image);
        var mounted = new VolumeOnTgt(target, new ProgramUnderTest());
        try
        {
            await mounted.LoginAsync();
            return mounted;
        }
        catch
        {
            await mounted.DisposeAsync();
            throw;
        }
    }

    /// <summary>The full path of what is in the volume.</summary>
    public string PathOf(string path) => Path.Combine(Folder, path);

    /// <summary>Logs in, once more if need be, and mounts at the same place.</summary>
    public Task LoginAsync() => program.LoginAsync(target.Portal, "--mount", Folder);

    public Task LogoutAsync() => program.LogoutAsync();

    public async ValueTask DisposeAsync()
    {
        // The program first: without its target it could log out only after a wait.
        await program.DisposeAsync();
        await target.DisposeAsync();
    }
}
