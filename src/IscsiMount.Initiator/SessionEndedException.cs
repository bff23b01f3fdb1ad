using IscsiMount.Primitives;

namespace IscsiMount.Initiator;

/// <summary>Why a session is over. It is the same word in faults, logs and tests.</summary>
public enum SessionEndReason
{
    /// <summary>We logged out.</summary>
    LoggedOut,

    /// <summary>The connection broke.</summary>
    ConnectionLost,

    /// <summary>The target stopped answering.</summary>
    TargetSilent,

    /// <summary>The target asked us to log out, and we did.</summary>
    LogoutRequested,

    /// <summary>The target said that it drops the connection or the session.</summary>
    DroppedByTarget,

    /// <summary>A PDU arrived damaged, as its digest tells.</summary>
    DigestMismatch,

    /// <summary>The target broke a rule of the protocol.</summary>
    ProtocolViolated,

    /// <summary>A bug of this program.</summary>
    Bug,
}

/// <summary>The session is over, and whatever was under way in it has failed.</summary>
public sealed class SessionEndedException(SessionEndReason reason, string message, Exception? cause = null)
    : StorageFaultException(FaultScope.Session, message, cause)
{
    public SessionEndReason Reason { get; } = reason;

    /// <summary>How long the target asked to be left alone, if it said so.</summary>
    public TimeSpan? Time2Wait { get; init; }

    /// <summary>Whether a new session may do better.</summary>
    public override bool IsTransient => Reason
        is SessionEndReason.ConnectionLost
        or SessionEndReason.TargetSilent
        or SessionEndReason.LogoutRequested
        or SessionEndReason.DroppedByTarget
        or SessionEndReason.DigestMismatch;
}
