namespace IscsiMount.Transport.Framing;

/// <summary>How much the receiving thread collects before it sends in the middle of a batch.</summary>
/// <param name="Count">Requests.</param>
/// <param name="Length">Bytes of them.</param>
public readonly record struct CorkLimit(int Count, int Length)
{
    /// <summary>
    /// Sending only at the end of a batch makes both sides take turns; sending each command alone costs five times the
    /// work. After 8 commands or 64 KiB both sides stay busy.
    /// </summary>
    public static CorkLimit OfInitiator { get; } = new(8, 64 * 1024);

    /// <summary>
    /// Answers go out together at the end of a batch, which is short if the initiator sends as above.
    /// </summary>
    public static CorkLimit OfTarget { get; } = new(256, 1024 * 1024);
}
