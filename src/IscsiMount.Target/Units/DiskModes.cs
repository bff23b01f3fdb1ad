using IscsiMount.Block;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Mode;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Units.Work;

namespace IscsiMount.Target.Units;

/// <summary>
/// The mode parameters of a disk, which all its initiators share. Three bits can be set: D_SENSE, SWP and, if the
/// device has a cache that loses its content with the power, WCE.
/// </summary>
internal sealed class DiskModes(LogicalUnitDefinition definition)
{
    private const byte AllSubpages = 0xFF;

    // Commands may be reordered at will: who cares for an order waits for the status or says so by task attributes.
    private const byte UnrestrictedReordering = 1;

    private readonly IBlockDevice _device = definition.Device;
    private volatile Values _values = new(definition.Device.Traits.HasVolatileCache);

    public bool IsWriteProtected => definition.IsReadOnly || _device.Traits.IsReadOnly || _values.IsWriteProtected;

    /// <summary>Whether an initiator has set the protection, and not the owner of the disk.</summary>
    public bool IsProtectedBySoftware => !definition.IsReadOnly && !_device.Traits.IsReadOnly;

    public bool UsesDescriptorSense => _values.UsesDescriptorSense;

    /// <summary>Whether a write may rest in the cache of the device when its status is given.</summary>
    public bool IsWriteCacheEnabled => _values.IsWriteCacheEnabled;

    public CommandPlan PlanModeSense(in CdbBytes cdb)
    {
        ModeSense command = ModeSense.Read(cdb);
        ModePage[] pages = Array.FindAll(PagesOf(command.Control), page => IsWanted(page, command));
        if (pages.Length == 0 || (command.Subpage != 0 && command.Subpage != AllSubpages))
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(new CdbField(2, 5)));
        }

        if (command.Control == ModePageControl.Saved)
        {
            return CommandPlan.Refuse(SenseData.IllegalRequest(AdditionalSense.SavingNotSupported));
        }

        var parameters = new ModeParameters
        {
            IsWriteProtected = IsWriteProtected,
            SupportsForceUnitAccess = true,
            Blocks = command.WithoutBlockDescriptors ? null : Descriptor(command.AcceptsLongBlocks),
            Pages = [.. pages],
        };

        byte[] answer = new byte[parameters.WireLength(command.Form)];
        parameters.Write(answer, command.Form);
        return CommandPlan.Say(answer.AsMemory(0, Math.Min(answer.Length, command.AllocationLength)));
    }

    public CommandPlan PlanModeSelect(in CdbBytes cdb)
    {
        ModeSelect command = ModeSelect.Read(cdb);
        CdbField? invalid = command.InvalidField ?? (command.SavesPages ? new CdbField(1, 0) : null);
        if (invalid is { } field)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(field));
        }

        return command.ParameterListLength == 0 ? CommandPlan.Good : new CommandPlan
        {
            Kind = PlanKind.Work,
            Work = (request, token) => SelectAsync(request, command.Form, token),
            HasDataOut = true,
            DataLength = command.ParameterListLength,
            WorksWhileStopped = true,
            IsExclusive = true,
        };
    }

    /// <summary>The unit was reset: all values are those of the beginning.</summary>
    public void Reset() => _values = new(_device.Traits.HasVolatileCache);

    private async ValueTask<UnitReply> SelectAsync(
        UnitRequest request, ModeForm form, CancellationToken cancellationToken)
    {
        if (!TryRead(request.Data, form, out ModeParameters parameters))
        {
            return UnitReply.Refuse(SenseData.IllegalRequest(AdditionalSense.ParameterListLengthError));
        }

        Values? selected = Select(parameters);
        if (selected is null)
        {
            return UnitReply.Refuse(SenseData.IllegalRequest(AdditionalSense.InvalidFieldInParameterList));
        }

        Values before = _values;
        if (before.IsWriteCacheEnabled && !selected.IsWriteCacheEnabled)
        {
            await _device.FlushAsync(cancellationToken);
        }

        _values = selected;
        if (selected != before)
        {
            foreach (NexusUnit other in request.User.Unit.UsersBut(request.User))
            {
                other.Tell(AdditionalSense.ModeParametersChanged);
            }
        }

        return UnitReply.Good;
    }

    private static bool TryRead(ReadOnlyMemory<byte> list, ModeForm form, out ModeParameters parameters)
    {
        try
        {
            parameters = ModeParameterList.Read(list.Span, form).Parameters;
            return true;
        }
        catch (ProtocolViolationException)
        {
            parameters = new ModeParameters();
            return false;
        }
    }

    // Nothing if a page is unknown, or changes a bit that cannot be changed.
    private Values? Select(ModeParameters parameters)
    {
        Values values = _values;
        bool isSize = parameters.Blocks is { } blocks
            && (blocks.BlockLength != (uint)_device.BlockLength
                || !(blocks.BlockCount == 0 || blocks.BlockCount == CountAs(blocks)));
        if (isSize)
        {
            return null;
        }

        foreach (ModePage page in parameters.Pages)
        {
            ModePage? known = Array.Find(Pages(values), each => IsSame(each, page));
            ModePage? changeable = Array.Find(PagesOf(ModePageControl.Changeable), each => IsSame(each, page));
            if (known is null || changeable is null || !ChangesOnly(known, page, changeable))
            {
                return null;
            }

            values = page.Code switch
            {
                ModePageCode.Caching =>
                    values with { IsWriteCacheEnabled = CachingPage.Read(page).IsWriteCacheEnabled },
                _ => values with
                {
                    UsesDescriptorSense = ControlPage.Read(page).UsesDescriptorSense,
                    IsWriteProtected = ControlPage.Read(page).IsWriteProtected,
                },
            };
        }

        return values;
    }

    private static bool IsSame(ModePage known, ModePage page) =>
        known.Code == page.Code && page.Subpage is null && known.Content.Count == page.Content.Count;

    private static bool ChangesOnly(ModePage known, ModePage page, ModePage changeable)
    {
        for (int i = 0; i < known.Content.Count; i++)
        {
            if (((known.Content[i] ^ page.Content[i]) & ~changeable.Content[i]) != 0)
            {
                return false;
            }
        }

        return true;
    }

    private ModePage[] PagesOf(ModePageControl control) => control switch
    {
        ModePageControl.Changeable =>
        [
            new CachingPage { IsWriteCacheEnabled = _device.Traits.HasVolatileCache }.ToPage(),
            new ControlPage { UsesDescriptorSense = true, IsWriteProtected = true }.ToPage(),
        ],
        ModePageControl.Default => Pages(new(_device.Traits.HasVolatileCache)),
        _ => Pages(_values),
    };

    private static ModePage[] Pages(Values values) =>
    [
        new CachingPage { IsWriteCacheEnabled = values.IsWriteCacheEnabled }.ToPage(),
        new ControlPage
        {
            QueueAlgorithm = UnrestrictedReordering,
            UsesDescriptorSense = values.UsesDescriptorSense,
            IsWriteProtected = values.IsWriteProtected,
        }.ToPage(),
    ];

    private static bool IsWanted(ModePage page, ModeSense command) =>
        command.Page == ModePageCode.All || command.Page == page.Code;

    private ulong CountAs(ModeBlockDescriptor blocks) =>
        blocks.IsLong ? _device.BlockCount : Math.Min(_device.BlockCount, uint.MaxValue);

    private ModeBlockDescriptor Descriptor(bool isLong) => new()
    {
        IsLong = isLong,
        BlockCount = _device.BlockCount,
        BlockLength = (uint)_device.BlockLength,
    };

    private sealed record Values(
        bool IsWriteCacheEnabled, bool UsesDescriptorSense = false, bool IsWriteProtected = false);
}
