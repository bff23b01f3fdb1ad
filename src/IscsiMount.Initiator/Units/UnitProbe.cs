using IscsiMount.Primitives;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Capacity;
using IscsiMount.Scsi.Identity;
using IscsiMount.Scsi.Mode;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Unit;

namespace IscsiMount.Initiator.Units;

/// <summary>Finds out what a logical unit is. What a unit may leave out is asked for and not missed.</summary>
internal sealed class UnitProbe(CommandRunner runner, LogicalUnitNumber lun, CancellationToken cancellationToken)
{
    public async Task<UnitDescription> RunAsync()
    {
        InquiryData inquiry = await runner.AskAsync(lun, new StandardInquiry(), cancellationToken);
        ThrowIfNoDisk(inquiry.Peripheral);
        VitalProductPageCode[] pages = [.. await PagesAsync()];
        LogicalUnitIdentity identity = await IdentifyAsync(inquiry, pages);
        BlockLimits? limits = await PageOrNullAsync<BlockLimits>(pages);
        LogicalBlockProvisioning? provisioning = await PageOrNullAsync<LogicalBlockProvisioning>(pages);

        await runner.ExecuteAsync(lun, new TestUnitReady(), cancellationToken);
        LogicalUnitCapacity capacity = await CapacityAsync();
        ModeParameters? mode = await ModeAsync();
        return new UnitDescription
        {
            Identity = identity,
            Capacity = capacity,
            IsWriteProtected = mode?.IsWriteProtected ?? false,
            HasVolatileCache = mode is null || (CachingPage.Find(mode)?.IsWriteCacheEnabled ?? true),
            Limits = UnitLimits.Of(limits, provisioning, mode),
            IsThin = capacity.IsThin || provisioning?.Provisioning == ProvisioningType.Thin,
        };
    }

    /// <summary>Asks how large it is.</summary>
    public async Task<LogicalUnitCapacity> CapacityAsync()
    {
        LogicalUnitCapacity capacity = await AskOrNullAsync(new ReadCapacity16()) ?? await ShortCapacityAsync();
        return capacity.HasPlainBlocks && !capacity.IsProtected
            ? capacity
            : throw new UnusableLogicalUnitException(
                lun, $"its blocks of {capacity.BlockLength} bytes are not plain sectors.");
    }

    private void ThrowIfNoDisk(Peripheral peripheral)
    {
        if (peripheral.Qualifier != PeripheralQualifier.Connected)
        {
            throw new UnusableLogicalUnitException(lun, "the target has no device there.");
        }

        if (peripheral.Type is not (DeviceType.Disk or DeviceType.SimplifiedDisk))
        {
            throw new UnusableLogicalUnitException(lun, $"it is no disk, but of the type {peripheral.Type}.");
        }
    }

    private async Task<IReadOnlyList<VitalProductPageCode>> PagesAsync() =>
        (await AskOrNullAsync(new VitalProductInquiry<SupportedPages>()))?.Pages ?? [];

    private async Task<LogicalUnitIdentity> IdentifyAsync(InquiryData inquiry, VitalProductPageCode[] pages)
    {
        DeviceIdentification? identification = await PageOrNullAsync<DeviceIdentification>(pages);
        UnitSerialNumber? serial = await PageOrNullAsync<UnitSerialNumber>(pages);
        return new LogicalUnitIdentity
        {
            Vendor = inquiry.Vendor,
            Product = inquiry.Product,
            Revision = inquiry.Revision,
            SerialNumber = serial?.SerialNumber,
            Designator = identification?.UnitName?.ToString(),
        };
    }

    private async Task<LogicalUnitCapacity> ShortCapacityAsync()
    {
        ShortCapacity capacity = await runner.AskAsync(lun, new ReadCapacity10(), cancellationToken);
        return capacity.IsTooLarge
            ? throw new UnusableLogicalUnitException(lun, "it does not tell its size.")
            : capacity.ToCapacity();
    }

    // COMPAT: some units know the caching page but not the request for all pages.
    private async Task<ModeParameters?> ModeAsync() =>
        await AskOrNullAsync(new ModeSense())
        ?? await AskOrNullAsync(new ModeSense { Page = ModePageCode.Caching });

    private async Task<TPage?> PageOrNullAsync<TPage>(VitalProductPageCode[] pages)
        where TPage : class, IVitalProductPage<TPage> =>
        pages.Contains(TPage.PageCode) ? await AskOrNullAsync(new VitalProductInquiry<TPage>()) : null;

    // That a unit does not have something, or tells it wrongly, is known once and no failure of the whole.
    private async Task<TAnswer?> AskOrNullAsync<TAnswer>(IScsiQuery<TAnswer> query)
        where TAnswer : class
    {
        try
        {
            return await runner.AskAsync(lun, query, cancellationToken);
        }
        catch (ScsiCommandException refusal) when (refusal.Sense is { Key: SenseKey.IllegalRequest })
        {
            return null;
        }
        catch (ScsiCommandException conflict) when (conflict.Status == ScsiStatus.ReservationConflict)
        {
            // COMPAT: with somebody else's reservation some units tell no modes, but can be read.
            return null;
        }
        catch (ProtocolViolationException)
        {
            return null;
        }
    }
}
