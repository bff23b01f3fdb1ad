using IscsiMount.Scsi;
using IscsiMount.Target.Units.Reservations;
using static IscsiMount.Target.Units.UnitAccess;

namespace IscsiMount.Target.Units;

/// <summary>
/// All commands of a disk, as one table: the bits of the command block that it looks at, the service action, what the
/// command does to the unit, and who plans it.
/// </summary>
internal static class DiskOperationTable
{
    public static IReadOnlyList<Operation> All { get; } =
    [
        new("000000000000", null, Free, static (_, _) => CommandPlan.GoodIfReady),
        new("03010000FF00", null, Identify, static (_, cdb) => DiskPlanner.PlanRequestSense(cdb)),
        new("081FFFFFFF00", null, Read, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("0A1FFFFFFF00", null, Write, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("1201FFFFFF00", null, Identify, static (disk, cdb) => disk.Identity.PlanInquiry(cdb)),
        new("15110000FF00", null, Write, static (disk, cdb) => disk.Modes.PlanModeSelect(cdb)),
        new("160000000000", null, Free, static (_, _) => ReservationPlanner.PlanReserve()),
        new("170000000000", null, Identify, static (_, _) => ReservationPlanner.PlanRelease()),
        new("1A08FFFFFF00", null, Read, static (disk, cdb) => disk.Modes.PlanModeSense(cdb)),
        new("1B01000FF700", null, Free, static (_, cdb) => DiskPlanner.PlanStartStop(cdb)),
        new("1E0000000300", null, Free, static (_, cdb) => DiskPlanner.PlanPreventRemoval(cdb)),
        new("2500FFFFFFFF00000100", null, Free, static (disk, cdb) => disk.PlanReadCapacity10(cdb)),
        new("2818FFFFFFFF00FFFF00", null, Read, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("2A18FFFFFFFF00FFFF00", null, Write, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("2E16FFFFFFFF00FFFF00", null, Write, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("2F16FFFFFFFF00FFFF00", null, Read, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("3402FFFFFFFF1FFFFF00", null, Read, static (disk, cdb) => disk.PlanPreFetch(cdb)),
        new("3506FFFFFFFF00FFFF00", null, Write, static (disk, cdb) => disk.PlanSynchronizeCache(cdb)),
        new("37001F00000000FFFF00", null, Read, static (_, cdb) => DefectPlanner.PlanReadDefectData(cdb)),
        new("411EFFFFFFFF00FFFF00", null, Write, static (disk, cdb) => disk.Provisioning.PlanWriteSame(cdb)),
        new("42010000000000FFFF00", null, Write, static (disk, cdb) => disk.Provisioning.PlanUnmap(cdb))
        {
            IsOfThinDisk = true,
        },
        new("55110000000000FFFF00", null, Write, static (disk, cdb) => disk.Modes.PlanModeSelect(cdb)),
        new("5A18FFFF000000FFFF00", null, Read, static (disk, cdb) => disk.Modes.PlanModeSense(cdb)),
        ReservationIn(0x00),
        ReservationIn(0x01),
        ReservationIn(0x02),
        ReservationIn(0x03),
        ReservationOut(0x00),
        ReservationOut(0x01),
        ReservationOut(0x02),
        ReservationOut(0x03),
        ReservationOut(0x04),
        ReservationOut(0x05),
        ReservationOut(0x06),
        ReservationOut(0x07),
        new("83000000000000000000FFFFFFFF0000", 0, Write, static (disk, cdb) => disk.Copying.PlanCopy(cdb)),
        new("8400FF00000000000000FFFFFFFF0000", 0, Read, static (disk, cdb) => disk.Copying.PlanReport(cdb)),
        new(
            "8403FF00000000000000FFFFFFFF0000",
            ServiceAction.CopyOperatingParameters,
            Read,
            static (disk, cdb) => disk.Copying.PlanReport(cdb)),
        new("8818FFFFFFFFFFFFFFFFFFFFFFFF0000", null, Read, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new(
            "8918FFFFFFFFFFFFFFFF000000FF0000",
            null,
            Write,
            static (disk, cdb) => disk.Atomic.PlanCompareAndWrite(cdb)),
        new("8A18FFFFFFFFFFFFFFFFFFFFFFFF0000", null, Write, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("8B18FFFFFFFFFFFFFFFFFFFFFFFF0000", null, Write, static (disk, cdb) => disk.Atomic.PlanOrWrite(cdb)),
        new("8E16FFFFFFFFFFFFFFFFFFFFFFFF0000", null, Write, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("8F16FFFFFFFFFFFFFFFFFFFFFFFF0000", null, Read, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("9002FFFFFFFFFFFFFFFFFFFFFFFF1F00", null, Read, static (disk, cdb) => disk.PlanPreFetch(cdb)),
        new("9106FFFFFFFFFFFFFFFFFFFFFFFF0000", null, Write, static (disk, cdb) => disk.PlanSynchronizeCache(cdb)),
        new(
            "931FFFFFFFFFFFFFFFFFFFFFFFFF0000",
            null,
            Write,
            static (disk, cdb) => disk.Provisioning.PlanWriteSame(cdb)),
        new("9C18FFFFFFFFFFFFFFFFFFFFFFFF0000", null, Write, static (disk, cdb) => disk.Atomic.PlanWriteAtomic(cdb)),
        new(
            "9E100000000000000000FFFFFFFF0000",
            ServiceAction.ReadCapacity16,
            Free,
            static (disk, cdb) => disk.PlanReadCapacity16(cdb)),
        new(
            "9E12FFFFFFFFFFFFFFFFFFFFFFFFFF00",
            ServiceAction.GetLbaStatus,
            Read,
            static (disk, cdb) => disk.Provisioning.PlanGetLbaStatus(cdb))
        {
            IsOfThinDisk = true,
        },
        new("A000FF000000FFFFFFFF0000", null, Identify, static (disk, cdb) => disk.Inventory.PlanReportLuns(cdb)),
        new(
            "A3EA00000000FFFFFFFF0000",
            ServiceAction.TargetPortGroups,
            Free,
            static (_, cdb) => DiskPaths.PlanReport(cdb)),
        new(
            "A30C87FFFFFFFFFFFFFF0000",
            ServiceAction.ReportSupportedOperationCodes,
            Read,
            static (disk, cdb) => disk.Operations.PlanReport(cdb)),
        new("A818FFFFFFFFFFFFFFFF0000", null, Read, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("AA18FFFFFFFFFFFFFFFF0000", null, Write, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("AE16FFFFFFFFFFFFFFFF0000", null, Write, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("AF16FFFFFFFFFFFFFFFF0000", null, Read, static (disk, cdb) => disk.PlanTransfer(cdb)),
        new("B71FFFFFFFFFFFFFFFFF0000", null, Read, static (_, cdb) => DefectPlanner.PlanReadDefectData(cdb)),
    ];

    private static Operation ReservationIn(byte action) => new(
        $"5E{action:X2}0000000000FFFF00",
        action,
        Free,
        static (_, cdb) => ReservationPlanner.PlanReport(cdb));

    private static Operation ReservationOut(byte action) => new(
        $"5F{action:X2}FF0000FFFFFFFF00",
        action,
        Free,
        static (_, cdb) => ReservationPlanner.PlanAction(cdb));
}
