namespace IscsiMount.Testing.Peers;

/// <summary>
/// Debian's user-space target <c>istgt</c> on loopback, with one image as its LUN 0. Disposing of it kills it.
/// </summary>
public sealed class IstgtTarget : IAsyncDisposable
{
    private readonly ForeignProcess _daemon;
    private readonly TemporaryFolder _folder;

    private IstgtTarget(ForeignProcess daemon, TemporaryFolder folder, string portal)
    {
        _daemon = daemon;
        _folder = folder;
        Portal = portal;
    }

    /// <summary>The name of the one target.</summary>
    public const string Name = "iqn.2026-01.test.example:istgt";

    public string Portal { get; }

    /// <summary>Starts a target and returns when it listens.</summary>
    /// <param name="image">What its LUN 0 holds.</param>
    /// <param name="users">
    /// For each user <c>"name" "secret"</c>, and behind it the same of the target where it is to prove itself.
    /// Without any of them everybody is let in.
    /// </param>
    public static async Task<IstgtTarget> StartAsync(string image, params string[] users)
    {
        var folder = new TemporaryFolder();
        int port = FreePort.Next();
        await File.WriteAllTextAsync(folder.Join("auth.conf"), Secrets(users));
        await File.WriteAllTextAsync(folder.Join("istgt.conf"), Configuration(folder, image, port, users.Length > 0));
        ForeignProcess daemon = ForeignTool.Start("istgt", ["-D", "-c", folder.Join("istgt.conf")]);
        var target = new IstgtTarget(daemon, folder, $"127.0.0.1:{port}");
        try
        {
            // It says so of each unit once it is about to serve them.
            await Eventually.HoldsAsync(
                () => daemon.HasExited || daemon.Output.Contains("command queuing", StringComparison.Ordinal));
            return daemon.HasExited ? throw new IOException(daemon.Report()) : target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    private static string Secrets(string[] users) =>
        $"[AuthGroup1]\n{string.Concat(users.Select(user => $"  Auth {user}\n"))}";

    private static string Configuration(TemporaryFolder folder, string image, int port, bool hasUsers) => $"""
        [Global]
          NodeBase "iqn.2026-01.test.example"
          PidFile {folder.Join("istgt.pid")}
          AuthFile {folder.Join("auth.conf")}
          MediaDirectory {folder.Path}
          LogFacility "local7"
          Timeout 30
          NopInInterval 20
          DiscoveryAuthMethod None
          MaxSessions 16
          MaxConnections 4
          MaxOutstandingR2T 16
          FirstBurstLength 262144
          MaxBurstLength 1048576
          MaxRecvDataSegmentLength 262144

        [UnitControl]
          AuthMethod None
          Portal UC1 127.0.0.1:{FreePort.Next()}
          Netmask 127.0.0.1

        [PortalGroup1]
          Portal DA1 127.0.0.1:{port}

        [InitiatorGroup1]
          InitiatorName "ALL"
          Netmask 127.0.0.0/8

        [LogicalUnit1]
          TargetName istgt
          Mapping PortalGroup1 InitiatorGroup1
          AuthMethod {(hasUsers ? "CHAP" : "None")}
          AuthGroup {(hasUsers ? "AuthGroup1" : "None")}
          UseDigest Auto
          UnitType Disk
          LUN0 Storage {image} Auto

        """;
}
