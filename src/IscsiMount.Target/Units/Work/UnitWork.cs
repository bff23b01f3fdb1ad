using IscsiMount.Block;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;

namespace IscsiMount.Target.Units.Work;

/// <summary>What a command does that is more than moving blocks, when its turn has come and its data is here.</summary>
internal delegate ValueTask<UnitReply> UnitWork(UnitRequest request, CancellationToken cancellationToken);

/// <summary>A command at work, as its unit sees it.</summary>
/// <param name="User">Who sent it, and to which unit.</param>
/// <param name="Data">What came with it: at most what the command block tells of.</param>
/// <param name="SentLength">The bytes that its initiator sends by its own account.</param>
internal readonly record struct UnitRequest(NexusUnit User, ReadOnlyMemory<byte> Data, uint SentLength)
{
    public IBlockDevice Device => User.Unit.Device;
}

/// <summary>How a command ends.</summary>
internal readonly record struct UnitReply
{
    public static UnitReply Good => default;

    public Refusal? Refusal { get; private init; }

    public ReadOnlyMemory<byte> Answer { get; private init; }

    public static UnitReply Refuse(SenseData sense) =>
        new() { Refusal = new Refusal(ScsiStatus.CheckCondition, sense) };

    public static UnitReply Refuse(Refusal refusal) => new() { Refusal = refusal };

    /// <summary>Says an answer, cut to the allocation length. Its length fields are not touched by the cut.</summary>
    public static UnitReply Say(IScsiAnswer answer, int allocationLength)
    {
        byte[] bytes = new byte[answer.WireLength];
        answer.Write(bytes);
        return new() { Answer = bytes.AsMemory(0, Math.Min(bytes.Length, allocationLength)) };
    }
}
