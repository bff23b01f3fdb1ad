using IscsiMount.Scsi;

namespace IscsiMount.Target.Units;

/// <summary>Turns answers into plans.</summary>
internal static class Plans
{
    /// <summary>Says an answer, cut to the allocation length. Its length fields are not touched by the cut.</summary>
    public static CommandPlan Say(IScsiAnswer answer, int allocationLength)
    {
        byte[] bytes = new byte[answer.WireLength];
        answer.Write(bytes);
        return CommandPlan.Say(bytes.AsMemory(0, Math.Min(bytes.Length, allocationLength)));
    }
}
