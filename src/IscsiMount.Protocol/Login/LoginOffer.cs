using IscsiMount.Protocol.Negotiation;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Login;

/// <summary>How much we want a digest.</summary>
public enum DigestWish
{
    /// <summary>The target cannot have one.</summary>
    Never,

    /// <summary>Rather not; but a target that knows nothing else gets it.</summary>
    Tolerate,

    /// <summary>If the target can.</summary>
    Prefer,

    /// <summary>A target without it is no target for us.</summary>
    Require,
}

/// <summary>What the initiator offers in a login. The other side can only make less of it.</summary>
public sealed record LoginOffer
{
    /// <summary>For discovery: a digest costs more than the little text that it would protect.</summary>
    public static LoginOffer ForDiscovery { get; } =
        new() { HeaderDigest = DigestWish.Never, DataDigest = DigestWish.Never };

    public DigestWish HeaderDigest { get; init; } = DigestWish.Tolerate;

    public DigestWish DataDigest { get; init; } = DigestWish.Tolerate;

    /// <summary>The largest data segment that we take, 512 to 2^24 - 1 bytes. It costs as much memory.</summary>
    public int MaxRecvDataSegmentLength { get; init; } = 256 * 1024;

    /// <summary>512 to 2^24 - 1 bytes. Larger needs fewer R2Ts; the target reserves as much.</summary>
    public int MaxBurstLength { get; init; } = 1024 * 1024;

    /// <summary>512 to <see cref="MaxBurstLength"/> bytes. Larger saves round trips of writes.</summary>
    public int FirstBurstLength { get; init; } = 256 * 1024;

    public bool InitialR2T { get; init; }

    public bool ImmediateData { get; init; } = true;

    /// <summary>1 to 65535 R2Ts of one write at once.</summary>
    public int MaxOutstandingR2T { get; init; } = 8;

    /// <summary>1 to 65535 connections in the session.</summary>
    public int MaxConnections { get; init; } = 1;

    /// <summary>0 to 2; what is offered has to be served.</summary>
    public int ErrorRecoveryLevel { get; init; }

    /// <summary>Whole seconds, up to an hour.</summary>
    public TimeSpan DefaultTime2Wait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whole seconds, up to an hour.</summary>
    public TimeSpan DefaultTime2Retain { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Each negotiable key with what we offer, and answer if the target is first to ask. In the order of the wire.
    /// </summary>
    internal TextKeys ToPositions()
    {
        // Sequences in order can be recovered only if one is under way (RFC 7143 §13.19).
        bool canRecover = ErrorRecoveryLevel > 0;
        return new TextKeys
        {
            { KeyName.HeaderDigest, ToList(HeaderDigest) },
            { KeyName.DataDigest, ToList(DataDigest) },
            { KeyName.MaxConnections, TextNumber.Format(MaxConnections) },
            { KeyName.InitialR2T, ToText(InitialR2T) },
            { KeyName.ImmediateData, ToText(ImmediateData) },
            { KeyName.MaxBurstLength, TextNumber.Format(MaxBurstLength) },
            { KeyName.FirstBurstLength, TextNumber.Format(FirstBurstLength) },
            { KeyName.DefaultTime2Wait, TextNumber.Format((long)DefaultTime2Wait.TotalSeconds) },
            { KeyName.DefaultTime2Retain, TextNumber.Format((long)DefaultTime2Retain.TotalSeconds) },
            { KeyName.MaxOutstandingR2T, TextNumber.Format(canRecover ? 1 : MaxOutstandingR2T) },
            { KeyName.DataPDUInOrder, TextAnswer.Yes },
            { KeyName.DataSequenceInOrder, TextAnswer.Yes },
            { KeyName.ErrorRecoveryLevel, TextNumber.Format(ErrorRecoveryLevel) },
        };
    }

    private static string ToText(bool value) => value ? TextAnswer.Yes : TextAnswer.No;

    private static string ToList(DigestWish wish) => wish switch
    {
        DigestWish.Never => "None",
        DigestWish.Tolerate => "None,CRC32C",
        DigestWish.Prefer => "CRC32C,None",
        DigestWish.Require => "CRC32C",
    };
}
