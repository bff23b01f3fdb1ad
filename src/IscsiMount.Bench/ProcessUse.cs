namespace IscsiMount.Bench;

/// <summary>What this process has used since its start.</summary>
public readonly record struct ProcessUse(TimeSpan CpuTime, long AllocatedBytes)
{
    /// <summary>Asks the system and the collector.</summary>
    public static ProcessUse Now() => new(Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));

    public static ProcessUse operator -(ProcessUse later, ProcessUse earlier) =>
        new(later.CpuTime - earlier.CpuTime, later.AllocatedBytes - earlier.AllocatedBytes);

    public static ProcessUse Subtract(ProcessUse left, ProcessUse right) => left - right;
}
