namespace IscsiMount.Testing.Product;

/// <summary>
/// Our own target as a user starts it: <c>iscsimount target serve</c>, on a port that the system chose.
/// </summary>
public sealed class OwnTarget : IAsyncDisposable
{
    private readonly ForeignProcess _process;

    private OwnTarget(ForeignProcess process, string portal)
    {
        _process = process;
        Portal = portal;
    }

    public string Portal { get; }

    public static async Task<OwnTarget> StartAsync(ProgramUnderTest program, params string[] arguments)
    {
        int port = FreePort.Next();
        string portal = $"127.0.0.1:{port}";
        ForeignProcess process = program.Start(["target", "serve", "--portal", portal, .. arguments]);
        await Eventually.HoldsAsync(
            () => process.HasExited || process.Output.Contains(portal, StringComparison.Ordinal));
        return process.HasExited ? throw new IOException(process.Report()) : new OwnTarget(process, portal);
    }

    /// <summary>Ends it as a crash does.</summary>
    public Task KillAsync() => _process.KillAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
