using IscsiMount.Block;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Mode;
using IscsiMount.Scsi.Sense;

namespace IscsiMount.Target.Units;

/// <summary>The mode parameters of a disk. None of them can be set.</summary>
internal sealed class DiskModes(LogicalUnitDefinition definition)
{
    private const byte AllSubpages = 0xFF;

    // Commands may be reordered at will: who cares for an order waits for the status or says so by task attributes.
    private const byte UnrestrictedReordering = 1;

    private readonly ModePage[] _pages =
    [
        new CachingPage { IsWriteCacheEnabled = definition.Device.Traits.HasVolatileCache }.ToPage(),
        new ControlPage { QueueAlgorithm = UnrestrictedReordering }.ToPage(),
    ];

    public CommandPlan PlanModeSense(in CdbBytes cdb)
    {
        ModeSense command = ModeSense.Read(cdb);
        ModePage[] pages = Array.FindAll(_pages, page => IsWanted(page, command));
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
            IsWriteProtected = definition.IsReadOnly || definition.Device.Traits.IsReadOnly,
            SupportsForceUnitAccess = true,
            Blocks = command.WithoutBlockDescriptors ? null : Descriptor(command.AcceptsLongBlocks),
            Pages = [.. command.Control == ModePageControl.Changeable ? pages.Select(Unchangeable) : pages],
        };

        byte[] answer = new byte[parameters.WireLength(command.Form)];
        parameters.Write(answer, command.Form);
        return CommandPlan.Say(answer.AsMemory(0, Math.Min(answer.Length, command.AllocationLength)));
    }

    private static bool IsWanted(ModePage page, ModeSense command) =>
        command.Page == ModePageCode.All || command.Page == page.Code;

    private static ModePage Unchangeable(ModePage page) =>
        page with { Content = ValueList.Create<byte>(new byte[page.Content.Count]) };

    private ModeBlockDescriptor Descriptor(bool isLong)
    {
        IBlockDevice device = definition.Device;
        return new ModeBlockDescriptor
        {
            IsLong = isLong,
            BlockCount = device.BlockCount,
            BlockLength = (uint)device.BlockLength,
        };
    }
}
