using IscsiMount.Mounting.Fuse.Native;

namespace IscsiMount.Mounting.Fuse.Attributes;

/// <summary>Times of the medium (100 ns since 1601) in the words of Linux (seconds since 1970, nanoseconds).</summary>
internal static class WindowsTime
{
    private const long TicksPerSecond = 10_000_000;
    private const long NanosecondsPerTick = 100;

    /// <summary>From 1601-01-01 to 1970-01-01: 134,774 days.</summary>
    private const long SecondsTo1970 = 134_774L * 86_400;

    public static TimeSpecification ToLinux(long ticks)
    {
        // The nanoseconds count upwards, also before 1601.
        (long seconds, long rest) = Math.DivRem(ticks, TicksPerSecond);
        return rest < 0
            ? new TimeSpecification(seconds - 1 - SecondsTo1970, (rest + TicksPerSecond) * NanosecondsPerTick)
            : new TimeSpecification(seconds - SecondsTo1970, rest * NanosecondsPerTick);
    }
}
