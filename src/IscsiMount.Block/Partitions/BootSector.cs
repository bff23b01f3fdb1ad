using System.Buffers.Binary;

namespace IscsiMount.Block.Partitions;

// The fields by which a boot sector of a file system differs from an MBR. Both end in 55AA.
//
//      0 | jump: EB xx 90, E9 xx xx                      |
//      3 | name of the system, 8 characters              |
//     11 | bytes in a sector; zero with exFAT and ReFS   |
//     54 | "FAT12   ", "FAT16   "                        |
//     82 | "FAT32   "                                    |
//    510 | 55 AA                                         |

/// <summary>Tells the boot sector of a file system from a partition table.</summary>
internal static class BootSector
{
    private const int SystemNameOffset = 3;
    private const int SectorLengthOffset = 11;
    private const int FatNameOffset = 54;
    private const int Fat32NameOffset = 82;

    /// <summary>The file system whose boot sector this is, or nothing.</summary>
    public static string? FindFileSystem(ReadOnlySpan<byte> block)
    {
        ReadOnlySpan<byte> systemName = block.Slice(SystemNameOffset, 8);

        // These names are enough: nobody has them in the boot code of an MBR. The first three have a backup of the
        // sector, so a damaged rest is the business of whoever mounts it.
        if (systemName.SequenceEqual("NTFS    "u8))
        {
            return "NTFS";
        }

        if (systemName.SequenceEqual("EXFAT   "u8))
        {
            return "exFAT";
        }

        if (systemName.SequenceEqual("-FVE-FS-"u8))
        {
            return "BitLocker";
        }

        if (systemName.StartsWith("ReFS\0"u8))
        {
            return "ReFS";
        }

        bool isNamedFat = block[FatNameOffset..].StartsWith("FAT1"u8) || block[Fat32NameOffset..].StartsWith("FAT32"u8);
        return isNamedFat && HasFatParameters(block) ? "FAT" : null;
    }

    // The names of FAT stand where an MBR has boot code with messages in it, so they need support.
    private static bool HasFatParameters(ReadOnlySpan<byte> block)
    {
        int sectorLength = BinaryPrimitives.ReadUInt16LittleEndian(block[SectorLengthOffset..]);
        int sectorsInCluster = block[13];
        int reservedSectors = BinaryPrimitives.ReadUInt16LittleEndian(block[14..]);
        int tables = block[16];
        return block[0] is 0xEB or 0xE9
            && sectorLength is >= 512 and <= 4096
            && int.IsPow2(sectorLength)
            && int.IsPow2(sectorsInCluster)
            && reservedSectors > 0
            && tables is 1 or 2;
    }
}
