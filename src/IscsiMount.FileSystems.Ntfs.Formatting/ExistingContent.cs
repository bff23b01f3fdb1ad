using IscsiMount.Block;

namespace IscsiMount.FileSystems.Ntfs.Formatting;

/// <summary>Tells whether a device holds something that formatting would destroy.</summary>
public static class ExistingContent
{
    // LIMIT: every usual file system and partition table has its first sign within so much.
    private const int HeadSize = 128 << 10;

    private const int ExtSignatureOffset = 0x438;
    private const int BootSignatureOffset = 510;

    /// <summary>What is there, for a sentence; nothing if the begin and the last block are all zeroes.</summary>
    /// <exception cref="Primitives.StorageFaultException">The device cannot be read.</exception>
    public static async Task<string?> FindAsync(IBlockDevice device, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(device);
        ulong blocks = Math.Min((ulong)(HeadSize / device.BlockLength), device.BlockCount);
        byte[] head = new byte[blocks * (ulong)device.BlockLength];
        byte[] last = new byte[device.BlockLength];
        await device.ReadAsync(new(0, (uint)blocks), head, cancellationToken);
        await device.ReadAsync(new(device.BlockCount - 1, 1), last, cancellationToken);
        return NameOf(head, device.BlockLength)
            ?? (head.AsSpan().ContainsAnyExcept((byte)0) ? "something that is not known"
                : last.AsSpan().ContainsAnyExcept((byte)0) ? "something in its last block"
                : null);
    }

    private static string? NameOf(ReadOnlySpan<byte> head, int blockLength)
    {
        if (head.Length < ExtSignatureOffset + 2)
        {
            return null;
        }

        ReadOnlySpan<byte> system = head.Slice(3, 8);
        return system.SequenceEqual("NTFS    "u8) ? "an NTFS volume"
            : system.SequenceEqual("EXFAT   "u8) ? "an exFAT volume"
            : system.SequenceEqual("-FVE-FS-"u8) ? "a BitLocker volume"
            : head[82..].StartsWith("FAT32"u8) || head[54..].StartsWith("FAT1"u8) ? "a FAT volume"
            : head[ExtSignatureOffset..].StartsWith((ReadOnlySpan<byte>)[0x53, 0xEF]) ? "an ext volume"
            : head[blockLength..].StartsWith("EFI PART"u8) ? "a partition table"
            : head[BootSignatureOffset..].StartsWith((ReadOnlySpan<byte>)[0x55, 0xAA]) ? "a partition table"
            : null;
    }
}
