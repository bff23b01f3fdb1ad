using System.Buffers.Binary;
using System.Numerics;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Unit;

namespace IscsiMount.Target.Units;

/// <summary>
/// One command that a disk supports: what REPORT SUPPORTED OPERATION CODES tells of it, by which the command block is
/// checked as well, and what is done for it. So the two cannot contradict each other.
/// </summary>
internal sealed class Operation
{
    private readonly byte[] _usage;
    private readonly ulong _unusedHigh;
    private readonly ulong _unusedLow;

    /// <param name="usage">
    /// The command block as hexadecimal digits: the operation code (and service action) itself, then a one for each bit
    /// that the unit looks at. Its length is that of the block.
    /// </param>
    /// <param name="serviceAction">Tells commands with the same operation code apart.</param>
    /// <param name="access">What it does to the unit.</param>
    /// <param name="plan">What is done.</param>
    public Operation(
        string usage, byte? serviceAction, UnitAccess access, Func<DiskPlanner, CdbBytes, CommandPlan> plan)
    {
        _usage = Convert.FromHexString(usage);
        ServiceAction = serviceAction;
        Access = access;
        Plan = plan;

        Span<byte> unused = stackalloc byte[CdbBytes.Length];
        for (int i = 1; i < _usage.Length; i++)
        {
            unused[i] = (byte)(_usage[i] ^ 0xFF);
        }

        unused[1] &= serviceAction is null ? (byte)0xFF : (byte)(Scsi.ServiceAction.Mask ^ 0xFF);
        _unusedHigh = BinaryPrimitives.ReadUInt64BigEndian(unused);
        _unusedLow = BinaryPrimitives.ReadUInt64BigEndian(unused[8..]);
    }

    public OperationCode Code => (OperationCode)_usage[0];

    public byte? ServiceAction { get; }

    public UnitAccess Access { get; }

    /// <summary>Whether a disk whose blocks always have space does not know it.</summary>
    public bool IsOfThinDisk { get; init; }

    public Func<DiskPlanner, CdbBytes, CommandPlan> Plan { get; }

    public SupportedOperation Summary => new()
    {
        Operation = Code,
        ServiceAction = ServiceAction,
        CdbLength = (ushort)_usage.Length,
    };

    public OperationSupport Support => new()
    {
        Level = SupportLevel.Standard,
        Usage = ValueList.Create<byte>(_usage),
    };

    /// <summary>The first bit of a block that is set although the unit knows nothing of it.</summary>
    public CdbField? FindUnknownBit(in CdbBytes cdb)
    {
        ReadOnlySpan<byte> bytes = cdb.AsSpan();
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(bytes) & _unusedHigh;
        ulong low = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) & _unusedLow;
        if ((high | low) == 0)
        {
            return null;
        }

        int place = high != 0 ? BitOperations.LeadingZeroCount(high)
            : 64 + BitOperations.LeadingZeroCount(low);
        return new CdbField((ushort)(place / 8), (byte)(7 - (place % 8)));
    }
}
