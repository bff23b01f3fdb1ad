using IscsiMount.Block;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Capacity;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Transfer;
using IscsiMount.Scsi.Unit;
using IscsiMount.Target.Units.Copying;
using IscsiMount.Target.Units.Work;

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

    public IBlockDevice Device => _device;

    public DiskLimits Limits { get; } = new(definition.Device, transferSizeMax);

    public DiskOperations Operations { get; } =
        definition.Device.Traits.CanFreeSpace ? DiskOperations.Thin : DiskOperations.Thick;

    public ProvisioningPlanner Provisioning => new(this);

    public AtomicPlanner Atomic => new(this);

    public CopyPlanner Copying => new(this);

    /// <summary>Whether blocks can be without space.</summary>
    public bool IsThin { get; } = definition.Device.Traits.CanFreeSpace;

    /// <summary>Why nothing can be written at this moment, if so.</summary>
    public SenseData? WriteProtection => Modes.IsWriteProtected
        ? new SenseData
        {
            Key = SenseKey.DataProtect,
            Additional = Modes.IsProtectedBySoftware
                ? AdditionalSense.SoftwareWriteProtected
                : AdditionalSense.WriteProtected,
        }
        : null;

    public CommandPlan Plan(in CdbBytes cdb) =>
        Operations.Find(cdb, out SenseData refusal) is { } operation
            ? Plan(operation, cdb)
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

        if (movesData && length > Limits.TransferSizeMax)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(CountField(transfer.Form)));
        }

        if (isWrite && WriteProtection is { } protection)
        {
            return CommandPlan.Refuse(protection);
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
            IsDurable = isWrite && IsFlushNeeded(transfer.ForceUnitAccess),
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
            return CommandPlan.Good with { Access = UnitAccess.Write };
        }

        bool flushes = !command.Start && !command.WithoutFlush;
        return new CommandPlan
        {
            Kind = flushes ? PlanKind.Flush : PlanKind.Answer,
            Starts = command.Start,
            Access = command.Start ? UnitAccess.Free : UnitAccess.Write,
        };
    }

    public static CommandPlan PlanPreventRemoval(in CdbBytes cdb)
    {
        // The medium cannot be removed anyway, so both wishes are fulfilled.
        PreventAllowMediumRemoval command = PreventAllowMediumRemoval.Read(cdb);
        return command.InvalidField is { } field
            ? CommandPlan.Refuse(SenseData.InvalidFieldInCdb(field))
            : CommandPlan.Good with { Access = command.Prevent == 0 ? UnitAccess.Free : UnitAccess.Write };
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

    public CommandPlan PlanPreFetch(in CdbBytes cdb)
    {
        // There is no cache of ours to fill. GOOD says so, where CONDITION MET would promise something.
        PreFetch command = PreFetch.Read(cdb);
        return command.Fits(_device.BlockCount)
            ? CommandPlan.GoodIfReady
            : CommandPlan.Refuse(OutOfRange(command.FirstBlock));
    }

    /// <summary>Tells of the first block that is not there.</summary>
    public SenseData OutOfRange(ulong firstBlock) =>
        SenseData.IllegalRequest(AdditionalSense.BlockOutOfRange) with
        {
            Information = Math.Max(firstBlock, _device.BlockCount),
        };

    /// <summary>Why blocks cannot be written, if so.</summary>
    public SenseData? WriteObjection(ulong firstBlock, uint blockCount) =>
        WriteProtection ?? (new BlockRange(firstBlock, blockCount).Fits(_device.BlockCount)
            ? null
            : OutOfRange(firstBlock));

    /// <summary>Flushes what was written, if that was demanded or the cache of the device was switched off.</summary>
    public ValueTask MakeDurableAsync(bool isDemanded, CancellationToken cancellationToken) =>
        IsFlushNeeded(isDemanded) ? _device.FlushAsync(cancellationToken) : ValueTask.CompletedTask;

    // Of an operation that is free in itself some forms may not be, and say so.
    private CommandPlan Plan(Operation operation, in CdbBytes cdb)
    {
        CommandPlan plan = operation.Plan(this, cdb);
        return operation.Access == UnitAccess.Free ? plan : plan with { Access = operation.Access };
    }

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

    private bool IsFlushNeeded(bool isDemanded) =>
        _device.Traits.HasVolatileCache && (isDemanded || !Modes.IsWriteCacheEnabled);

    private LogicalUnitCapacity Capacity() => new()
    {
        BlockCount = _device.BlockCount,
        BlockLength = _device.BlockLength,
        PhysicalBlockExponent =
            (byte)int.Log2((definition.PhysicalBlockLength ?? _device.BlockLength) / _device.BlockLength),
        IsThin = IsThin,
        UnmappedReadsZero = IsThin,
    };
}
