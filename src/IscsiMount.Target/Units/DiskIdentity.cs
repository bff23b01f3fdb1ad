using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using IscsiMount.Block;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Identity;
using IscsiMount.Scsi.Sense;

namespace IscsiMount.Target.Units;

/// <summary>Who a disk is and what it can do: the answers to INQUIRY.</summary>
/// <remarks>
/// Its names are derived from its serial alone, so a disk is the same disk on whatever target and under whatever number
/// it is served. They are of the kinds that need no registered vendor number.
/// </remarks>
internal sealed class DiskIdentity
{
    private const ushort Sam5 = 0x00A0;
    private const ushort Spc4 = 0x0460;
    private const ushort Sbc3 = 0x04C0;
    private const ushort IscsiLevel1 = 0x0961;
    private const byte IscsiProtocol = 5;
    private const byte ImplicitStates = 1;
    private const byte ReadsZeros = 1;
    private const byte NaaLocallyAssigned = 0x3;

    private readonly InquiryData _standard;
    private readonly SortedDictionary<VitalProductPageCode, IScsiAnswer> _pages = [];

    public DiskIdentity(LogicalUnitDefinition definition, string targetName, TargetServerOptions options)
    {
        UnitNames = NamesOfUnit(definition);
        _standard = new InquiryData
        {
            Vendor = definition.Vendor,
            Product = definition.Product,
            Revision = "1",
            HasSeveralPorts = false,
            TargetPortGroupSupport = ImplicitStates,
            IsThirdPartyCopySupported = true,
            VersionDescriptors = [Sam5, IscsiLevel1, Spc4, Sbc3],
        };

        _pages[VitalProductPageCode.UnitSerialNumber] = new UnitSerialNumber { SerialNumber = definition.Serial };
        _pages[VitalProductPageCode.DeviceIdentification] = new DeviceIdentification
        {
            Designators = [.. UnitNames, .. NamesOfTarget(targetName, options.TargetPortalGroupTag)],
        };
        _pages[VitalProductPageCode.BlockLimits] = Limits(
            definition.Device, new DiskLimits(definition.Device, options.TransferSizeMax));
        _pages[VitalProductPageCode.BlockDeviceCharacteristics] =
            new BlockDeviceCharacteristics { RotationRate = BlockDeviceCharacteristics.SolidState };
        _pages[VitalProductPageCode.LogicalBlockProvisioning] = Provisioning(definition.Device);
        _pages[VitalProductPageCode.ExtendedInquiry] = new ExtendedInquiry
        {
            SupportsSimpleTasks = true,
            SupportsOrderedTasks = true,
            SupportsHeadOfQueueTasks = true,
            HasVolatileCache = definition.Device.Traits.HasVolatileCache,
        };
        _pages[VitalProductPageCode.SupportedPages] = new SupportedPages
        {
            Pages = [VitalProductPageCode.SupportedPages, .. _pages.Keys],
        };
    }

    /// <summary>The names that are those of the disk alone.</summary>
    public IReadOnlyList<Designator> UnitNames { get; }

    public CommandPlan PlanInquiry(in CdbBytes cdb)
    {
        Inquiry command = Inquiry.Read(cdb);
        if (command.InvalidField is { } field)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(field)) with { PassesAttention = true };
        }

        IScsiAnswer? answer = command.IsVitalProductPage ? _pages.GetValueOrDefault(command.PageCode) : _standard;
        CommandPlan plan = answer is null
            ? CommandPlan.Refuse(SenseData.InvalidFieldInCdb(new CdbField(2)))
            : Plans.Say(answer, command.AllocationLength);
        return plan with { PassesAttention = true };
    }

    private static Designator[] NamesOfUnit(LogicalUnitDefinition definition)
    {
        byte[] hash = SHA256.HashData(Encoding.ASCII.GetBytes(definition.Serial));
        byte[] naa = hash[..8];
        naa[0] = (byte)((NaaLocallyAssigned << 4) | (naa[0] & 0x0F));
        string vendorName = $"{definition.Vendor,-8}{definition.Product} {definition.Serial}";
        return
        [
            new Designator
            {
                CodeSet = DesignatorCodeSet.Ascii,
                Type = DesignatorType.T10Vendor,
                Identifier = ValueList.Create<byte>(Encoding.ASCII.GetBytes(vendorName)),
            },
            new Designator
            {
                CodeSet = DesignatorCodeSet.Binary,
                Type = DesignatorType.Naa,
                Identifier = ValueList.Create<byte>(naa),
            },
        ];
    }

    private static Designator[] NamesOfTarget(string targetName, ushort portalGroupTag) =>
    [
        Port(DesignatorType.RelativeTargetPort, Numbered(DiskPaths.RelativePort)),
        Port(DesignatorType.TargetPortGroup, Numbered(DiskPaths.PortGroup)),
        Port(DesignatorType.ScsiName, Text($"{targetName},t,0x{portalGroupTag:x4}")),
        Port(DesignatorType.ScsiName, Text(targetName)) with { Association = DesignatorAssociation.TargetDevice },
    ];

    private static Designator Port(DesignatorType type, byte[] identifier) => new()
    {
        Protocol = IscsiProtocol,
        CodeSet = type == DesignatorType.ScsiName ? DesignatorCodeSet.Utf8 : DesignatorCodeSet.Binary,
        Association = DesignatorAssociation.TargetPort,
        Type = type,
        Identifier = ValueList.Create<byte>(identifier),
    };

    private static byte[] Numbered(ushort number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), number);
        return bytes;
    }

    // Ends in at least one NUL and is padded with more to a multiple of four (SPC-4, SCSI name string designator).
    private static byte[] Text(string name)
    {
        byte[] bytes = new byte[(Encoding.UTF8.GetByteCount(name) + 4) / 4 * 4];
        Encoding.UTF8.GetBytes(name, bytes);
        return bytes;
    }

    private static BlockLimits Limits(IBlockDevice device, DiskLimits limits)
    {
        bool isThin = device.Traits.CanFreeSpace;
        return new()
        {
            WriteSameNeedsCount = true,
            CompareAndWriteBlocksMax = limits.CompareAndWriteBlocksMax,
            TransferBlocksMax = limits.TransferBlocksMax,
            TransferBlocksOptimal = limits.TransferBlocksOptimal,
            UnmapBlocksMax = isThin ? DiskLimits.UnmapBlocksMax : 0,
            UnmapDescriptorsMax = isThin ? DiskLimits.UnmapDescriptorsMax : 0,
            UnmapGranularity = isThin ? limits.UnmapGranularity ?? 0 : 0,
            UnmapAlignment = isThin && limits.UnmapGranularity is not null ? 0 : null,
            WriteSameBlocksMax = limits.WriteSameBlocksMax,
            AtomicBlocksMax = limits.AtomicBlocksMax,
            AtomicAlignment = 1,
            AtomicGranularity = 1,
        };
    }

    private static LogicalBlockProvisioning Provisioning(IBlockDevice device) => device.Traits.CanFreeSpace
        ? new()
        {
            SupportsUnmap = true,
            SupportsWriteSame16Unmap = true,
            SupportsWriteSame10Unmap = true,
            UnmappedRead = ReadsZeros,
            Provisioning = ProvisioningType.Thin,
        }
        : new();
}
