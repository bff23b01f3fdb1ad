using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Negotiation;

namespace IscsiMount.Initiator;

/// <summary>Where a session stands in its life.</summary>
public enum SessionState
{
    LoggedIn,

    /// <summary>The connection is lost, and the session tries to get another.</summary>
    Reconnecting,

    /// <summary>No new commands are taken, and the end is near.</summary>
    LoggingOut,

    Ended,
}

/// <summary>A session at one moment, for people and for statistics.</summary>
public sealed record SessionSnapshot
{
    public required string TargetName { get; init; }

    public required PortalAddress Portal { get; init; }

    /// <summary>Both ends of the connection, as <c>address:port</c>.</summary>
    public required string LocalAddress { get; init; }

    public required string RemoteAddress { get; init; }

    public required SessionState State { get; init; }

    /// <summary>How that goes, while there is no connection.</summary>
    public RecoverySnapshot? Recovery { get; init; }

    /// <summary>How often the connection was lost and made anew.</summary>
    public required int ReconnectCount { get; init; }

    /// <summary>Units that lost writes, and what that means for each.</summary>
    public required IReadOnlyList<LostWritesException> Losses { get; init; }

    /// <summary>Why it has ended, if it has.</summary>
    public SessionEndReason? EndReason { get; init; }

    /// <summary>The target's part of the session identifier.</summary>
    public required ushort Tsih { get; init; }

    public required SessionParameters Parameters { get; init; }

    public required long CommandsEnded { get; init; }

    /// <summary>Of these, those that ended with another status than GOOD, or without one.</summary>
    public required long CommandsFailed { get; init; }

    public required long BytesRead { get; init; }

    public required long BytesWritten { get; init; }

    /// <summary>Commands that the target has.</summary>
    public required int CommandsUnderWay { get; init; }

    /// <summary>Commands that wait for the target to take them.</summary>
    public required int CommandsWaiting { get; init; }
}
