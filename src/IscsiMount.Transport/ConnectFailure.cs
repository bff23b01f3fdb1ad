namespace IscsiMount.Transport;

/// <summary>Why a connection could not be made. Each has another remedy, so people are told which it was.</summary>
public enum ConnectFailure
{
    /// <summary>The machine answers, but nobody listens at the port.</summary>
    Refused,

    /// <summary>There is no way to the address.</summary>
    Unreachable,

    /// <summary>The name has no address.</summary>
    NameUnknown,

    /// <summary>Nothing answered in time.</summary>
    TimedOut,

    /// <summary>The system gave another reason, which the message tells.</summary>
    Other,
}
