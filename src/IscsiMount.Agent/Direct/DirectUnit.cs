using System.Security.Cryptography;
using IscsiMount.Agent.Sessions;
using IscsiMount.Block;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.Control.Requests;
using IscsiMount.Initiator;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Agent.Direct;

/// <summary>
/// A logical unit that this process uses by itself, over sessions of its own, for verbs that stand alone. The agent
/// knows nothing of it. Disposing of it logs out.
/// </summary>
public sealed class DirectUnit : IAsyncDisposable
{
    private readonly IReadOnlyList<Session> _sessions;
    private readonly HeldChap? _chap;
    private readonly TimeProvider _time;

    /// <param name="chap">What the sessions prove; it goes with them.</param>
    internal DirectUnit(IReadOnlyList<Session> sessions, HeldChap? chap, TimeProvider time)
    {
        _sessions = sessions;
        _chap = chap;
        _time = time;
    }

    /// <summary>The unit, or the chosen partition of it, once for each session.</summary>
    public required IReadOnlyList<IBlockDevice> Paths { get; init; }

    /// <summary>The unit as <c>luns</c> shows it. The session has no number.</summary>
    public required LunReport Report { get; init; }

    /// <summary>Logs in, and opens the one unit that the request names, or the only disk of the target.</summary>
    /// <exception cref="ControlException">There is no such unit, and nothing is left of the sessions.</exception>
    public static Task<DirectUnit> OpenAsync(
        LoginRequest request, int sessionCount, DirectServices services, CancellationToken cancellationToken) =>
        new TimeLimit(services.Time).RunAsync(
            request.TimeoutSeconds,
            "The login",
            token => new DirectUnitOpener(request, services).OpenAsync(sessionCount, token),
            cancellationToken);

    /// <summary>Whether a unit of the agent is this one, on this path or on another.</summary>
    public bool IsSameAs(LunReport other)
    {
        bool isSamePath = other.Target == Report.Target && other.Lun == Report.Lun;
        bool isSameDisk = !string.IsNullOrEmpty(Report.SerialNumber)
            && (other.Vendor, other.Product, other.SerialNumber)
                == (Report.Vendor, Report.Product, Report.SerialNumber);
        return isSamePath || isSameDisk;
    }

    public async ValueTask DisposeAsync()
    {
        await LogoutAsync(_sessions, _time);
        _chap?.Dispose();
    }

    internal static async Task LogoutAsync(IReadOnlyList<Session> sessions, TimeProvider time)
    {
        using var enough = new CancellationTokenSource(TimeLimit.Undo, time);
        await Task.WhenAll(sessions.Select(session => session.LogoutAsync(enough.Token)));
    }
}

/// <summary>What a direct use of a unit takes from its surroundings.</summary>
public sealed record DirectServices(
    AgentSettings Settings, TimeProvider Time, Random Chance, RandomNumberGenerator Unpredictable,
    ILoggerFactory Loggers);
