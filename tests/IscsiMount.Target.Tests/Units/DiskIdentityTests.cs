using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi.Identity;
using IscsiMount.Target.Units;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Target.Tests.Units;

public sealed class DiskIdentityTests
{
    [Fact, Requirement("SCSI-02", "SCSI-04")]
    public void Every_page_that_is_listed_can_be_had_and_no_other()
    {
        DiskIdentity identity = Identity("one", "iqn.2026-01.example:a");
        SupportedPages listed = SupportedPages.Read(Page(identity, 0x00));

        Assert.Equal(listed.Pages.Order(), listed.Pages);
        Assert.Equal(
            [0x00, 0x80, 0x83, 0x86, 0xB0, 0xB1, 0xB2],
            listed.Pages.Select(page => (int)page));
        for (int code = 0; code <= 0xFF; code++)
        {
            CommandPlan plan = identity.PlanInquiry(Inquire((byte)code));
            bool isListed = listed.Pages.Contains((VitalProductPageCode)code);

            Assert.Equal(isListed, plan.Refusal is null);
        }
    }

    [Fact, Requirement("SCSI-03")]
    public void A_disk_has_the_same_name_on_every_target_and_another_than_every_other_disk()
    {
        Designator? here = Name("one", "iqn.2026-01.example:a");
        Designator? there = Name("one", "iqn.2026-01.example:b");
        Designator? another = Name("two", "iqn.2026-01.example:a");

        Assert.NotNull(here);
        Assert.Equal(here, there);
        Assert.NotEqual(here, another);
    }

    [Fact, Requirement("SCSI-03", "SESS-06")]
    public void The_port_and_the_target_are_named_as_the_standard_wants()
    {
        DeviceIdentification page = DeviceIdentification.Read(Page(Identity("one", "iqn.2026-01.example:a"), 0x83));

        Assert.Contains(page.Designators, each => each.Association == DesignatorAssociation.TargetPort
            && each.ToString() == "iqn.2026-01.example:a,t,0x0001");
        Assert.Contains(page.Designators, each => each.Association == DesignatorAssociation.TargetDevice
            && each.ToString() == "iqn.2026-01.example:a");
        Assert.All(
            page.Designators.Where(each => each.Type == DesignatorType.ScsiName),
            each => Assert.Equal(0, each.Identifier.Count % 4));
    }

    [Fact, Requirement("SCSI-04")]
    public void The_longest_transfer_is_told_in_blocks_of_the_device()
    {
        BlockLimits limits = BlockLimits.Read(Page(Identity("one", "iqn.2026-01.example:a", blockLength: 4096), 0xB0));

        Assert.Equal((2048u, 64u), (limits.TransferBlocksMax, limits.TransferBlocksOptimal));
        Assert.Equal((0u, 0u), (limits.UnmapBlocksMax, limits.UnmapDescriptorsMax));
    }

    [Fact]
    public void The_serial_is_told_as_it_is()
    {
        Assert.Equal("one", UnitSerialNumber.Read(Page(Identity("one", "iqn.2026-01.example:a"), 0x80)).SerialNumber);
    }

    private static Designator? Name(string serial, string target) =>
        DeviceIdentification.Read(Page(Identity(serial, target), 0x83)).UnitName;

    private static DiskIdentity Identity(string serial, string target, int blockLength = 512)
    {
        var unit = new LogicalUnitDefinition { Lun = 0, Device = new HeldDevice(64, blockLength), Serial = serial };
        return new DiskIdentity(unit, target, new TargetServerOptions());
    }

    private static byte[] Page(DiskIdentity identity, byte code) =>
        identity.PlanInquiry(Inquire(code)).Answer.ToArray();

    private static CdbBytes Inquire(byte page) => CdbBytes.From([0x12, 0x01, page, 0x10, 0x00, 0x00]);
}
