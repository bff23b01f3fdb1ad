namespace IscsiMount.Target;

/// <summary>Why a connection ended, in the log and in tests.</summary>
public enum EndReason
{
    /// <summary>The initiator closed it.</summary>
    PeerClosed,

    /// <summary>The network took it.</summary>
    ConnectionLost,

    /// <summary>The initiator logged out.</summary>
    LoggedOut,

    /// <summary>A login was refused.</summary>
    LoginRefused,

    /// <summary>A login took too long.</summary>
    LoginTimeout,

    /// <summary>The initiator broke a rule of the protocol.</summary>
    ProtocolViolation,

    /// <summary>The initiator answered no ping.</summary>
    KeepAlive,

    /// <summary>The initiator takes no answers.</summary>
    NotReading,

    /// <summary>A new session or connection of the same initiator took its place.</summary>
    Reinstated,

    /// <summary>The target is not served any more.</summary>
    TargetRemoved,

    /// <summary>The server was stopped.</summary>
    ServerStopped,

    /// <summary>A bug of ours.</summary>
    Bug,
}
