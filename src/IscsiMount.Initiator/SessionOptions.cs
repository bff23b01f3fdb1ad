using IscsiMount.Initiator.Commands;
using IscsiMount.Protocol;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Initiator;

/// <summary>Whether PDUs are protected by a digest.</summary>
public enum DigestPolicy
{
    /// <summary>Only if the target insists.</summary>
    Auto,

    /// <summary>Always: a target that cannot is refused.</summary>
    On,

    /// <summary>Never: a target that insists is refused.</summary>
    Off,
}

/// <summary>How one session behaves. Immutable: changed options mean a new session.</summary>
public sealed record SessionOptions
{
    private const int SegmentLengthMin = 512;
    private const int SegmentLengthMax = 0xFF_FFFF;

    // LIMIT: timers of the system do not go much further.
    private static readonly TimeSpan ReconnectTimeoutMax = TimeSpan.FromDays(30);

    /// <summary>The name of this initiator, the same for all its sessions and for ever (RFC 7143 §4.2.7).</summary>
    public required string InitiatorName { get; init; }

    /// <summary>
    /// Tells this session from others of the same initiator. Keep it to get the same reservations after a restart; null
    /// draws one, which fits a session that nobody comes back to.
    /// </summary>
    public Isid? Isid { get; init; }

    /// <summary>Makes the proof of who we are, anew for each login. Without it nobody proves anything.</summary>
    public Func<IAuthentication> Authentication { get; init; } = static () => new NoAuthentication();

    /// <summary>
    /// The largest data segment that we accept, in bytes, 512 to 2^24 - 1 (RFC 7143 §13.12). Larger means fewer
    /// headers and more memory: up to this much is reserved for each connection.
    /// </summary>
    public int MaxRecvDataSegmentLength { get; init; } = 256 * 1024;

    /// <summary>
    /// Bytes that one R2T may ask for, 512 to 2^24 - 1. Larger means fewer round trips of large writes.
    /// </summary>
    public int MaxBurstLength { get; init; } = 1024 * 1024;

    /// <summary>
    /// Bytes of a write that go out without being asked for, 512 to <see cref="MaxBurstLength"/>. Larger saves round
    /// trips, and costs the target memory.
    /// </summary>
    public int FirstBurstLength { get; init; } = 256 * 1024;

    /// <summary>Whether the data of a write may be in its command. It saves a round trip of each small write.</summary>
    public bool ImmediateData { get; init; } = true;

    /// <summary>
    /// Whether we ask that each piece of a write be asked for. It costs round trips, and spares the target.
    /// </summary>
    public bool InitialR2T { get; init; }

    public DigestPolicy HeaderDigest { get; init; }

    public DigestPolicy DataDigest { get; init; }

    /// <summary>Commands that may be under way at once, 1 to 480. The window of the target may allow fewer.</summary>
    public int CommandsInFlightMax { get; init; } = 128;

    /// <summary>From the first packet to the end of the login; and for the orderly end of a session.</summary>
    public TimeSpan LoginTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A silent connection is probed after this time, and given up after the same time again.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A command that takes longer is aborted, and if that has no effect in the same time, the session is given up.
    /// </summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long calls wait for a new connection when the last one was lost, before they fail. The session goes on
    /// trying after that, until it is logged out. Without a time the session is over with its connection.
    /// </summary>
    public TimeSpan? ReconnectTimeout { get; init; }

    /// <summary>What is wrong with these options, each as a sentence. Nothing means that they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        if (!IscsiName.TryPrepare(InitiatorName, out _, out string? problem))
        {
            yield return $"InitiatorName is '{InitiatorName}': {problem}";
        }

        if (MaxRecvDataSegmentLength is < SegmentLengthMin or > SegmentLengthMax)
        {
            yield return $"MaxRecvDataSegmentLength is {MaxRecvDataSegmentLength} and must be 512 to 16777215 bytes.";
        }

        if (MaxBurstLength is < SegmentLengthMin or > SegmentLengthMax)
        {
            yield return $"MaxBurstLength is {MaxBurstLength} and must be 512 to 16777215 bytes.";
        }

        if (FirstBurstLength < SegmentLengthMin || FirstBurstLength > MaxBurstLength)
        {
            yield return $"FirstBurstLength is {FirstBurstLength} and must be 512 bytes to MaxBurstLength.";
        }

        if (CommandsInFlightMax is < 1 or > TaskTable.CommandsMax)
        {
            yield return $"CommandsInFlightMax is {CommandsInFlightMax} and must be 1 to {TaskTable.CommandsMax}.";
        }

        if (new[] { LoginTimeout, KeepAliveInterval, CommandTimeout }.Any(time => time <= TimeSpan.Zero))
        {
            yield return "LoginTimeout, KeepAliveInterval and CommandTimeout must be longer than zero.";
        }

        if (ReconnectTimeout is { } bound && (bound <= TimeSpan.Zero || bound > ReconnectTimeoutMax))
        {
            yield return $"ReconnectTimeout must be longer than zero and at most {ReconnectTimeoutMax.TotalDays} days.";
        }
    }

    /// <exception cref="ArgumentException">Something is wrong with the options; the message has all of it.</exception>
    internal void ThrowIfUnusable()
    {
        string[] problems = [.. Problems()];
        if (problems.Length > 0)
        {
            throw new ArgumentException(string.Join(" ", problems));
        }
    }

    internal LoginOffer ToOffer() => new()
    {
        HeaderDigest = ToWish(HeaderDigest),
        DataDigest = ToWish(DataDigest),
        MaxRecvDataSegmentLength = MaxRecvDataSegmentLength,
        MaxBurstLength = MaxBurstLength,
        FirstBurstLength = FirstBurstLength,
        InitialR2T = InitialR2T,
        ImmediateData = ImmediateData,
    };

    private static DigestWish ToWish(DigestPolicy policy) => policy switch
    {
        DigestPolicy.Auto => DigestWish.Tolerate,
        DigestPolicy.On => DigestWish.Require,
        DigestPolicy.Off => DigestWish.Never,
    };
}
