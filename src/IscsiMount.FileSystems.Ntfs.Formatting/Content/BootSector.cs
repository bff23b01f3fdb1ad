using System.Buffers.Binary;
using System.Numerics;
using IscsiMount.FileSystems.Ntfs.Formatting.Planning;

namespace IscsiMount.FileSystems.Ntfs.Formatting.Content;

// $Boot (docs/formats/ntfs-rules.md)
//
//   000  3  jump to 054               030  8  LCN of $MFT
//   003  8  "NTFS    "                038  8  LCN of $MFTMirr
//   00B  2  bytes in a sector         040  1  record size: clusters, or -n for 2^n bytes
//   00D  1  sectors in a cluster      044  1  index block size likewise
//   015  1  F8, a fixed disk          048  8  serial number
//   018  2  sectors in a track        054     code
//   01A  2  heads                     1FE  2  55 AA
//   01C  4  sectors before the volume
//   024  4  80 00 80 00
//   028  8  sectors of the volume

/// <summary>The content of $Boot. Its code stops the machine: the volume boots nothing.</summary>
internal static class BootSector
{
    private const byte FixedDisk = 0xF8;
    private const ushort SectorsInTrack = 63;
    private const ushort Heads = 255;
    private const uint Signature = 0x0080_0080;
    private const int SectorsInClusterMax = 128;

    public static byte[] Bytes(FormatPlan plan, ulong serial)
    {
        byte[] boot = new byte[plan.Boot.Size];
        ReadOnlySpan<byte> jump = [0xEB, 0x52, 0x90];
        ReadOnlySpan<byte> halt = [0xFA, 0xF4, 0xEB, 0xFD];
        jump.CopyTo(boot);
        "NTFS    "u8.CopyTo(boot.AsSpan(0x03));
        BinaryPrimitives.WriteUInt16LittleEndian(boot.AsSpan(0x0B), (ushort)plan.SectorSize);
        boot[0x0D] = SectorsInCluster(plan.ClusterSize / plan.SectorSize);
        boot[0x15] = FixedDisk;
        BinaryPrimitives.WriteUInt16LittleEndian(boot.AsSpan(0x18), SectorsInTrack);
        BinaryPrimitives.WriteUInt16LittleEndian(boot.AsSpan(0x1A), Heads);
        BinaryPrimitives.WriteUInt32LittleEndian(boot.AsSpan(0x1C), plan.HiddenSectors);
        BinaryPrimitives.WriteUInt32LittleEndian(boot.AsSpan(0x24), Signature);
        BinaryPrimitives.WriteUInt64LittleEndian(boot.AsSpan(0x28), plan.TotalSectors);
        BinaryPrimitives.WriteUInt64LittleEndian(boot.AsSpan(0x30), plan.Mft.Lcn);
        BinaryPrimitives.WriteUInt64LittleEndian(boot.AsSpan(0x38), plan.Mirror.Lcn);
        boot[0x40] = SizeCode(plan.RecordSize, plan.ClusterSize);
        boot[0x44] = SizeCode(plan.IndexBlockSize, plan.ClusterSize);
        BinaryPrimitives.WriteUInt64LittleEndian(boot.AsSpan(0x48), serial);
        halt.CopyTo(boot.AsSpan(0x54));
        boot[0x1FE] = 0x55;
        boot[0x1FF] = 0xAA;
        return boot;
    }

    private static byte SectorsInCluster(int count)
    {
        return (byte)(count <= SectorsInClusterMax ? count : 256 - BitOperations.Log2((uint)count));
    }

    private static byte SizeCode(int size, int clusterSize)
    {
        return (byte)(size >= clusterSize ? size / clusterSize : 256 - BitOperations.Log2((uint)size));
    }
}
