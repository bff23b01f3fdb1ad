using System.Net;
using IscsiMount.Target.Access;

namespace IscsiMount.Target;

/// <summary>How a target server behaves and what bounds it. Immutable: changed options mean a new server.</summary>
public sealed record TargetServerOptions
{
    private const int SegmentLengthMin = 512;
    private const int SegmentLengthMax = 0xFF_FFFF;

    /// <summary>
    /// Where the server listens. Port 0 lets the system choose; <c>StartAsync</c> tells what it chose.
    /// </summary>
    public IReadOnlyList<IPEndPoint> Portals { get; init; } = [new IPEndPoint(IPAddress.Any, 3260)];

    /// <summary>The tag of the one portal group that all portals form, 0 to 65535 (RFC 7143 §13.9).</summary>
    public ushort TargetPortalGroupTag { get; init; } = 1;

    /// <summary>Who may ask which targets there are. Each hears of those that it may use.</summary>
    public TargetAccess DiscoveryAccess { get; init; } = TargetAccess.Everyone;

    /// <summary>Sessions at once, 1 to 4096. One more is refused with "out of resources".</summary>
    public int SessionsMax { get; init; } = 64;

    /// <summary>
    /// TCP connections at once, those that have not logged in included, 1 to 4096. One more is closed. Each costs a
    /// thread and its receive buffer.
    /// </summary>
    public int ConnectionsMax { get; init; } = 128;

    /// <summary>TCP connections that one session may consist of, 1 to 64 (RFC 7143 §13.2).</summary>
    public int ConnectionsPerSessionMax { get; init; } = 8;

    /// <summary>
    /// The most that is agreed on, 0 or 1 (RFC 7143 §7.1.5). At 1 each answer keeps its memory until the initiator has
    /// acknowledged it.
    /// </summary>
    public int ErrorRecoveryLevel { get; init; } = 1;

    /// <summary>From the first packet to the end of the login. A slower peer is disconnected.</summary>
    public TimeSpan LoginTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A silent peer is pinged after this time, and disconnected after the same time again.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stop waits for initiators to log out, and for what is under way to end.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of text that one negotiation may have, 8192 (RFC 7143 §6.2) to 1 MiB.</summary>
    public int TextSizeMax { get; init; } = 64 * 1024;

    /// <summary>Commands of one session that may be under way at once, 1 to 4096: the width of its window.</summary>
    public int CommandsInFlightMax { get; init; } = 128;

    /// <summary>
    /// The largest data segment that we accept, in bytes, 512 to 2^24 - 1 (RFC 7143 §13.12). Larger means fewer
    /// headers.
    /// </summary>
    public int MaxRecvDataSegmentLength { get; init; } = 256 * 1024;

    /// <summary>The largest sequence of data PDUs, in bytes, 512 to 2^24 - 1 (RFC 7143 §13.13).</summary>
    public int MaxBurstLength { get; init; } = 1024 * 1024;

    /// <summary>What may be written without being asked for, in bytes; at most a burst (RFC 7143 §13.14).</summary>
    public int FirstBurstLength { get; init; } = 256 * 1024;

    /// <summary>Pieces of one write that we ask for at once, 1 to 64 (RFC 7143 §13.17).</summary>
    public int MaxOutstandingR2T { get; init; } = 8;

    /// <summary>
    /// The largest transfer of one command, in bytes, 64 KiB to 64 MiB. VPD page B0h tells it in blocks.
    /// </summary>
    public int TransferSizeMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// Bytes that the commands of all sessions may hold in buffers, at least one transfer. Beyond it a command is
    /// answered with BUSY, so that a crowd of initiators cannot use up the memory of the machine.
    /// </summary>
    public long BufferSizeMax { get; init; } = 256 * 1024 * 1024;

    /// <summary>What is wrong with these options, each as a sentence. Nothing means that they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        if (Portals.Count == 0)
        {
            yield return "Portals is empty: the server would listen nowhere.";
        }

        foreach ((string name, long value, long low, long high, string unit) in Ranges())
        {
            if (value < low || value > high)
            {
                yield return $"{name} is {value} and must be {low} to {high}{unit}.";
            }
        }

        if (FirstBurstLength > MaxBurstLength)
        {
            yield return $"FirstBurstLength is {FirstBurstLength} and must not exceed the {MaxBurstLength} of a burst.";
        }

        foreach (string problem in DiscoveryAccess.Problems())
        {
            yield return $"Discovery: {problem}";
        }

        if (LoginTimeout <= TimeSpan.Zero || KeepAliveInterval <= TimeSpan.Zero || StopGrace < TimeSpan.Zero)
        {
            yield return "LoginTimeout and KeepAliveInterval must be longer than zero, and StopGrace not negative.";
        }
    }

    private IEnumerable<(string Name, long Value, long Low, long High, string Unit)> Ranges() =>
    [
        (nameof(SessionsMax), SessionsMax, 1, 4096, ""),
        (nameof(ConnectionsMax), ConnectionsMax, 1, 4096, ""),
        (nameof(ConnectionsPerSessionMax), ConnectionsPerSessionMax, 1, 64, ""),
        (nameof(ErrorRecoveryLevel), ErrorRecoveryLevel, 0, 1, ""),
        (nameof(TextSizeMax), TextSizeMax, 8192, 1024 * 1024, " bytes"),
        (nameof(CommandsInFlightMax), CommandsInFlightMax, 1, 4096, ""),
        (nameof(MaxRecvDataSegmentLength), MaxRecvDataSegmentLength, SegmentLengthMin, SegmentLengthMax, " bytes"),
        (nameof(MaxBurstLength), MaxBurstLength, SegmentLengthMin, SegmentLengthMax, " bytes"),
        (nameof(FirstBurstLength), FirstBurstLength, SegmentLengthMin, SegmentLengthMax, " bytes"),
        (nameof(MaxOutstandingR2T), MaxOutstandingR2T, 1, 64, ""),
        (nameof(TransferSizeMax), TransferSizeMax, 64 * 1024, 64 * 1024 * 1024, " bytes"),
        (nameof(BufferSizeMax), BufferSizeMax, TransferSizeMax, long.MaxValue, " bytes"),
    ];
}
