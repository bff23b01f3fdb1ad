using IscsiMount.Block;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Capacity;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Transfer;
using IscsiMount.Scsi.Unit;

namespace IscsiMount.Target.Units;

/// <summary>
/// Reads the command blocks of a disk: says what is to be done, or why nothing is. It is pure, and all sessions use it.
/// </summary>
/// <remarks>
/// A block is checked in this order, and the first thing that is wrong is told (SPC-4, SBC-3): operation code, service
/// action, bits that mean nothing here, values of fields, write protection, range of blocks.
/// </remarks>
internal sealed class DiskPlanner(
    LogicalUnitDefinition definition, DiskIdentity identity, UnitInventory inventory, int transferSizeMax)
    : IUnitPlanner
{
    private readonly IBlockDevice _device = definition.Device;

    public DiskIdentity Identity => identity;

    public UnitInventory Inventory => inventory;

    public DiskModes Modes { get; } = new(definition);

    public bool IsReadOnly { get; } = definition.IsReadOnly || definition.Device.Traits.IsReadOnly;

    public CommandPlan Plan(in CdbBytes cdb) =>
        DiskOperations.Find(cdb, out SenseData refusal) is { } operation
            ? operation.Plan(this, cdb)
            : CommandPlan.Refuse(refusal);

    public CommandPlan PlanTransfer(in CdbBytes cdb)
    {
        BlockTransfer.TryRead(cdb, out BlockTransfer transfer);
        long length = (long)transfer.BlockCount * _device.BlockLength;
        bool isWrite = transfer.Kind is TransferKind.Write or TransferKind.WriteAndVerify;
        bool movesData = transfer.Kind == TransferKind.Read || transfer.BlocksOut > 0;
        if (transfer.ByteCheck > 1)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(new CdbField(1, 2)));
        }

        if (movesData && length > transferSizeMax)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(CountField(transfer.Form)));
        }

        if (isWrite && IsReadOnly)
        {
            return CommandPlan.Refuse(WriteProtected);
        }

        if (!transfer.Fits(_device.BlockCount))
        {
            return CommandPlan.Refuse(OutOfRange(transfer.FirstBlock));
        }

        return transfer.BlockCount == 0 ? CommandPlan.GoodIfReady : new CommandPlan
        {
            Kind = KindOf(transfer),
            Range = new BlockRange(transfer.FirstBlock, transfer.BlockCount),
            DataLength = movesData ? (int)length : 0,
            IsDurable = isWrite && transfer.ForceUnitAccess && _device.Traits.HasVolatileCache,
        };
    }

    public static CommandPlan PlanRequestSense(in CdbBytes cdb)
    {
        RequestSense command = RequestSense.Read(cdb);
        return new CommandPlan
        {
            Kind = PlanKind.Sense,
            DataLength = command.AllocationLength,
            SenseFormat = command.Format,
            PassesAttention = true,
        };
    }

    public static CommandPlan PlanStartStop(in CdbBytes cdb)
    {
        StartStopUnit command = StartStopUnit.Read(cdb);
        if (command.InvalidField is { } field)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(field));
        }

        if (command.LoadOrEject)
        {
            // Nothing can be taken out of this unit.
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(new CdbField(4, 1)));
        }

        if (command.Power != PowerCondition.StartValid)
        {
            return CommandPlan.Good;
        }

        bool flushes = !command.Start && !command.WithoutFlush;
        return new CommandPlan { Kind = flushes ? PlanKind.Flush : PlanKind.Answer, Starts = command.Start };
    }

    public static CommandPlan PlanPreventRemoval(in CdbBytes cdb)
    {
        // The medium cannot be removed anyway, so both wishes are fulfilled.
        return PreventAllowMediumRemoval.Read(cdb).InvalidField is { } field
            ? CommandPlan.Refuse(SenseData.InvalidFieldInCdb(field))
            : CommandPlan.Good;
    }

    public CommandPlan PlanReadCapacity10(in CdbBytes cdb)
    {
        ReadCapacity10 command = ReadCapacity10.Read(cdb);
        return command.InvalidField is { } field
            ? CommandPlan.Refuse(SenseData.InvalidFieldInCdb(field))
            : Plans.Say(ShortCapacity.Of(Capacity()), ShortCapacity.Length) with { AsksIfReady = true };
    }

    public CommandPlan PlanReadCapacity16(in CdbBytes cdb)
    {
        return Plans.Say(Capacity(), ReadCapacity16.Read(cdb).AllocationLength) with { AsksIfReady = true };
    }

    // Whatever the range and however early the status may come: all is flushed, and the status tells that it was.
    public CommandPlan PlanSynchronizeCache(in CdbBytes cdb)
    {
        SynchronizeCache command = SynchronizeCache.Read(cdb);
        return command.Fits(_device.BlockCount)
            ? new CommandPlan { Kind = PlanKind.Flush }
            : CommandPlan.Refuse(OutOfRange(command.FirstBlock));
    }

    private static SenseData WriteProtected =>
        new() { Key = SenseKey.DataProtect, Additional = AdditionalSense.WriteProtected };

    private static PlanKind KindOf(in BlockTransfer transfer) => transfer.Kind switch
    {
        TransferKind.Read => PlanKind.Read,
        TransferKind.Write => PlanKind.Write,
        TransferKind.WriteAndVerify => PlanKind.WriteAndVerify,
        TransferKind.Verify => transfer.BlocksOut > 0 ? PlanKind.Compare : PlanKind.Verify,
        TransferKind.OrWrite => throw new InvariantViolationException("ORWRITE is in no table of operations"),
    };

    private static CdbField CountField(CdbForm form) => form switch
    {
        CdbForm.Six => new CdbField(4),
        CdbForm.Ten => new CdbField(7),
        CdbForm.Twelve => new CdbField(6),
        CdbForm.Sixteen => new CdbField(10),
    };

    // The first block that is not there.
    private SenseData OutOfRange(ulong firstBlock) =>
        SenseData.IllegalRequest(AdditionalSense.BlockOutOfRange) with
        {
            Information = Math.Max(firstBlock, _device.BlockCount),
        };

    private LogicalUnitCapacity Capacity() => new()
    {
        BlockCount = _device.BlockCount,
        BlockLength = _device.BlockLength,
    };
}
