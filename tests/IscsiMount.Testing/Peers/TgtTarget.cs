namespace IscsiMount.Testing.Peers;

/// <summary>
/// Debian's user-space target <c>tgtd</c> on loopback, with one image as its LUN 1. Disposing of it kills it.
/// </summary>
public sealed class TgtTarget : IAsyncDisposable
{
    private readonly ForeignProcess _daemon;
    private readonly string _controlPort;

    private TgtTarget(ForeignProcess daemon, string controlPort, string portal)
    {
        _daemon = daemon;
        _controlPort = controlPort;
        Portal = portal;
    }

    /// <summary>The name of the one target.</summary>
    public const string Name = "iqn.2026-01.test.example:tgt";

    /// <summary>The LUN of the image. LUN 0 is tgt's own controller.</summary>
    public const int Lun = 1;

    public string Portal { get; }

    /// <summary>Starts a target, by default on a port that was free, and returns when it can be logged in to.</summary>
    public static async Task<TgtTarget> StartAsync(string image, string? portal = null)
    {
        TgtTarget target = await StartEmptyAsync(portal ?? $"127.0.0.1:{FreePort.Next()}");
        try
        {
            await target.AdministerAsync("new", "target", "-T", Name);
            await target.AdministerAsync("new", "logicalunit", "--lun", $"{Lun}", "-b", image);
            await target.AdministerAsync("bind", "target", "-I", "ALL");
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sets a parameter of the target, such as <c>HeaderDigest</c> to <c>CRC32C</c>.</summary>
    public Task SetAsync(string key, string value) =>
        AdministerAsync("update", "target", "--name", key, "--value", value);

    /// <summary>Lets the unit give space back, and say which blocks have some.</summary>
    public Task MakeThinAsync() => AdministerAsync(
        "update", "logicalunit", "--lun", $"{Lun}", "--params", "thin_provisioning=1");

    /// <summary>From now on a login without this secret is refused.</summary>
    public async Task DemandChapAsync(string user, string secret)
    {
        await MakeAccountAsync(user, secret);
        await AdministerAsync("bind", "account", "--user", user);
    }

    /// <summary>From now on the target proves itself by this secret, to whoever asks.</summary>
    public async Task ProveItselfAsync(string user, string secret)
    {
        await MakeAccountAsync(user, secret);
        await AdministerAsync("bind", "account", "--user", user, "--outgoing");
    }

    /// <summary>From now on whoever asks for targets needs this secret.</summary>
    public async Task DemandChapForDiscoveryAsync(string user, string secret)
    {
        await MakeAccountAsync(user, secret);
        await TellAsync("--op", "bind", "--mode", "account", "--user", user);
    }

    /// <summary>From now on logins are sent to another portal.</summary>
    public async Task RedirectAsync(string address, int port, bool isPermanent)
    {
        await SetAsync("RedirectAddress", address);
        await SetAsync("RedirectPort", $"{port}");
        await SetAsync("RedirectReason", isPermanent ? "Permanent" : "Temporary");
    }

    /// <summary>Ends it as a crash does: every connection is reset.</summary>
    public Task KillAsync() => _daemon.KillAsync();

    public ValueTask DisposeAsync() => _daemon.DisposeAsync();

    private static async Task<TgtTarget> StartEmptyAsync(string portal)
    {
        // The number names the socket by which tgtadm finds this daemon among others; tgt takes no more than 15 bits.
        string controlPort = $"{FreePort.Next() & 0x7FFF}";
        ForeignProcess daemon = ForeignTool.Start("tgtd", ["-f", "-C", controlPort, "--iscsi", $"portal={portal}"]);
        var target = new TgtTarget(daemon, controlPort, portal);
        await Eventually.HoldsAsync(async () => daemon.HasExited || await target.AnswersAsync());
        if (daemon.HasExited)
        {
            throw new IOException(daemon.Report());
        }

        return target;
    }

    private async Task<bool> AnswersAsync()
    {
        ToolResult result = await ForeignTool.RunAsync(
            "tgtadm", ["-C", _controlPort, "--lld", "iscsi", "--op", "show", "--mode", "target"]);
        return result.ExitCode == 0;
    }

    private Task<string> MakeAccountAsync(string user, string secret) =>
        TellAsync("--op", "new", "--mode", "account", "--user", user, "--password", secret);

    private Task<string> AdministerAsync(string operation, string mode, params string[] arguments) =>
        TellAsync(["--op", operation, "--mode", mode, "--tid", "1", .. arguments]);

    private Task<string> TellAsync(params string[] arguments) =>
        ForeignTool.SucceedAsync("tgtadm", ["-C", _controlPort, "--lld", "iscsi", .. arguments]);
}
