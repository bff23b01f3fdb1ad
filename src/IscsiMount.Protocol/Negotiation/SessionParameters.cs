using IscsiMount.Primitives;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Negotiation;

/// <summary>What a session is for (RFC 7143 §13.21).</summary>
public enum SessionType
{
    Normal,
    Discovery,
}

/// <summary>How tasks end that were aborted together (RFC 7143 §13.23).</summary>
public enum TaskReporting
{
    Rfc3720,
    ResponseFence,
    FastAbort,
}

/// <summary>
/// What both ends agreed on when a connection was logged in. Without a negotiation it is what the standard says then.
/// </summary>
public sealed record SessionParameters
{
    public SessionType SessionType { get; init; }

    public int MaxConnections { get; init; } = 1;

    /// <summary>Whether every Data-Out has to be asked for by an R2T.</summary>
    public bool InitialR2T { get; init; } = true;

    /// <summary>Whether a command may carry data of its own.</summary>
    public bool ImmediateData { get; init; } = true;

    /// <summary>The largest data segment that the initiator takes, in bytes. The target sends by it.</summary>
    public int InitiatorMaxRecvDataSegmentLength { get; init; } = 8192;

    /// <summary>The largest data segment that the target takes, in bytes. The initiator sends by it.</summary>
    public int TargetMaxRecvDataSegmentLength { get; init; } = 8192;

    /// <summary>The most bytes of one Data-In sequence, or of the answer to one R2T.</summary>
    public int MaxBurstLength { get; init; } = 262_144;

    /// <summary>The most bytes that a write sends without being asked, immediate data included.</summary>
    public int FirstBurstLength { get; init; } = 65_536;

    /// <summary>How long to wait before a lost connection is made again.</summary>
    public TimeSpan DefaultTime2Wait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long after that the target keeps the tasks of a lost connection.</summary>
    public TimeSpan DefaultTime2Retain { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>R2Ts of one task that may wait for their data at once.</summary>
    public int MaxOutstandingR2T { get; init; } = 1;

    public bool DataPDUInOrder { get; init; } = true;

    public bool DataSequenceInOrder { get; init; } = true;

    public int ErrorRecoveryLevel { get; init; }

    public DigestKind HeaderDigest { get; init; }

    public DigestKind DataDigest { get; init; }

    public TaskReporting TaskReporting { get; init; }

    /// <summary>1 is RFC 7143 alone, 2 adds RFC 7144.</summary>
    public int ProtocolLevel { get; init; } = 1;

    /// <summary>The portal group that this connection reached, if the target told.</summary>
    public ushort? TargetPortalGroupTag { get; init; }

    /// <summary>For display only, if the target told.</summary>
    public string? TargetAlias { get; init; }

    /// <summary>Ends a negotiation.</summary>
    /// <exception cref="ProtocolViolationException">The values exclude each other.</exception>
    public static SessionParameters Conclude(NegotiatedValues values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var parameters = new SessionParameters
        {
            SessionType = values.FindDeclared(Party.Initiator, KeyName.SessionType) == nameof(SessionType.Discovery)
                ? SessionType.Discovery : SessionType.Normal,
            MaxConnections = values.GetNumber(KeyName.MaxConnections),
            InitialR2T = values.GetBoolean(KeyName.InitialR2T),
            ImmediateData = values.GetBoolean(KeyName.ImmediateData),
            InitiatorMaxRecvDataSegmentLength =
                values.GetDeclaredNumber(Party.Initiator, KeyName.MaxRecvDataSegmentLength),
            TargetMaxRecvDataSegmentLength = values.GetDeclaredNumber(Party.Target, KeyName.MaxRecvDataSegmentLength),
            MaxBurstLength = values.GetNumber(KeyName.MaxBurstLength),
            FirstBurstLength = values.GetNumber(KeyName.FirstBurstLength),
            DefaultTime2Wait = TimeSpan.FromSeconds(values.GetNumber(KeyName.DefaultTime2Wait)),
            DefaultTime2Retain = TimeSpan.FromSeconds(values.GetNumber(KeyName.DefaultTime2Retain)),
            MaxOutstandingR2T = values.GetNumber(KeyName.MaxOutstandingR2T),
            DataPDUInOrder = values.GetBoolean(KeyName.DataPDUInOrder),
            DataSequenceInOrder = values.GetBoolean(KeyName.DataSequenceInOrder),
            ErrorRecoveryLevel = values.GetNumber(KeyName.ErrorRecoveryLevel),
            HeaderDigest = ToDigest(values.Get(KeyName.HeaderDigest)),
            DataDigest = ToDigest(values.Get(KeyName.DataDigest)),
            TaskReporting = ToTaskReporting(values.Get(KeyName.TaskReporting)),
            ProtocolLevel = values.GetNumber(KeyName.ProtocolLevel),
            TargetPortalGroupTag = ToTag(values.FindDeclared(Party.Target, KeyName.TargetPortalGroupTag)),
            TargetAlias = values.FindDeclared(Party.Target, KeyName.TargetAlias),
        };

        parameters.CheckTogether();
        return parameters;
    }

    /// <summary>
    /// What holds on a further connection: of its own login only what is settled for each connection, and of the first
    /// login the rest.
    /// </summary>
    public SessionParameters OnSessionOf(SessionParameters first)
    {
        ArgumentNullException.ThrowIfNull(first);
        return first with
        {
            HeaderDigest = HeaderDigest,
            DataDigest = DataDigest,
            InitiatorMaxRecvDataSegmentLength = InitiatorMaxRecvDataSegmentLength,
            TargetMaxRecvDataSegmentLength = TargetMaxRecvDataSegmentLength,
        };
    }

    /// <summary>What no single key can be refused for.</summary>
    private void CheckTogether()
    {
        bool hasFirstBurst = !InitialR2T || ImmediateData;
        Rule.Holds(
            !hasFirstBurst || FirstBurstLength <= MaxBurstLength,
            "RFC 7143 §13.14", $"FirstBurstLength={FirstBurstLength} exceeds MaxBurstLength={MaxBurstLength}");
        Rule.Holds(
            !DataSequenceInOrder || ErrorRecoveryLevel == 0 || MaxOutstandingR2T == 1,
            "RFC 7143 §13.19", $"MaxOutstandingR2T={MaxOutstandingR2T} although sequences are in order");
    }

    private static DigestKind ToDigest(string value) => value switch
    {
        "CRC32C" => DigestKind.Crc32C,
        TextAnswer.None => DigestKind.None,
        _ => throw new ProtocolViolationException("RFC 7143 §13.1", $"the digest {value} was agreed on"),
    };

    private static TaskReporting ToTaskReporting(string value) => value switch
    {
        "RFC3720" => TaskReporting.Rfc3720,
        "ResponseFence" => TaskReporting.ResponseFence,
        "FastAbort" => TaskReporting.FastAbort,
        _ => throw new ProtocolViolationException("RFC 7143 §13.23", $"TaskReporting={value} was agreed on"),
    };

    private static ushort? ToTag(string? value) =>
        value is not null && TextNumber.TryParse(value, out ulong tag) ? (ushort)tag : null;
}
