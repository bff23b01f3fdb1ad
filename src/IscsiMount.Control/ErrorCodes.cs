namespace IscsiMount.Control;

/// <summary>
/// Why something was not done. A number is given once and never changes its meaning; the hundreds are the exit code
/// of the command line (docs/OPERATIONS.md).
/// </summary>
public enum ErrorCode
{
    // 1: nothing that a script would decide upon.
    Unexpected = 101,
    MountDriverMissing = 102,
    MountAccessDenied = 103,
    MountRefused = 104,
    CommandFailed = 105,
    ImageUnusable = 106,
    GivenUp = 107,

    // 2: the call is wrong as it stands.
    WrongUsage = 201,
    InvalidName = 202,
    SeveralTargets = 203,
    SeveralVolumes = 204,
    MountPointInvalid = 205,
    OperationIdReused = 206,
    UnknownRoute = 207,
    SecretUnusable = 208,

    // 3: what was named is not there.
    TargetNotFound = 301,
    SessionNotFound = 302,
    LunNotFound = 303,
    VolumeNotFound = 304,
    MountNotFound = 305,
    MountPointMissing = 306,
    ImageNotFound = 307,

    // 4: the way to the target.
    NameNotResolved = 401,
    ConnectionRefused = 402,
    NoRoute = 403,
    ConnectionLost = 404,
    ProtocolViolation = 405,
    SessionFailed = 406,
    Reconnecting = 407,
    TargetUnreachable = 408,

    // 5: the target says no.
    LoginRefused = 501,
    TargetUnavailable = 502,
    TargetMoved = 503,

    // 8
    TimedOut = 801,

    // 11
    VolumeBusy = 1101,
    MountPointInUse = 1102,
    AlreadyMountedElsewhere = 1103,
    PortalInUse = 1104,
    LunInUse = 1105,
    VolumeNotEmpty = 1106,

    // 15
    AgentAlreadyRuns = 1501,

    // 16
    ParameterRefused = 1601,

    // 20: the agent.
    AgentNotStartable = 2001,
    AgentUnreachable = 2002,
    AgentWentAway = 2003,
    SocketPathTooLong = 2004,
    AgentAnswerMalformed = 2005,
    AgentNotRunning = 2006,

    // 21
    NoTargets = 2101,
    NoVolume = 2102,
    UnknownFileSystem = 2103,

    // 24
    AuthenticationFailed = 2401,

    // 30
    VolumeDamaged = 3001,
    PartitionTableDamaged = 3002,
    WritesLost = 3003,

    // 31
    VolumeReserved = 3101,
}

/// <summary>What else belongs to an <see cref="ErrorCode"/>.</summary>
public static class ErrorCodes
{
    /// <summary>The exit code of a command that ends with this error.</summary>
    public static int ExitCodeOf(ErrorCode code) => (int)code / 100;

    /// <summary>The code as scripts see it beside the number: <c>no-volume</c>.</summary>
    public static string NameOf(ErrorCode code)
    {
        string words = code.ToString();
        var name = new System.Text.StringBuilder(words.Length + 4);
        foreach (char letter in words)
        {
            if (char.IsAsciiLetterUpper(letter) && name.Length > 0)
            {
                name.Append('-');
            }

            name.Append(char.ToLowerInvariant(letter));
        }

        return name.ToString();
    }

    /// <summary>The status under which the control server sends an error.</summary>
    public static int HttpStatusOf(ErrorCode code) => ExitCodeOf(code) switch
    {
        2 or 16 => 400,
        3 or 21 => 404,
        8 => 504,
        11 or 15 => 409,
        4 or 5 or 24 => 502,
        _ => 500,
    };
}
