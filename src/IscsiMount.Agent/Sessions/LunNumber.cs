using IscsiMount.Primitives;

namespace IscsiMount.Agent.Sessions;

/// <summary>What users call a logical unit: its index, or all eight bytes where it has none.</summary>
internal static class LunNumber
{
    public static ulong Of(LogicalUnitNumber lun) => lun.TryGetIndex(out int index) ? (ulong)index : lun.Value;
}
