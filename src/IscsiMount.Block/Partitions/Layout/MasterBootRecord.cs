using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Block.Partitions.Layout;

// Master boot record, and each link of an extended partition, in the first 512 bytes of a block. Little-endian.
//
//      0 | boot code                                     |
//    440 | disk signature                                |
//    444 | 0, or 5A5Ah for a protected disk              |
//    446 | entry 1 (16 bytes)                            |
//    462 | entry 2                                       |
//    478 | entry 3                                       |
//    494 | entry 4                                       |
//    510 | 55 AA                                         |

/// <summary>The four entries of a boot record, and the signature of the disk.</summary>
internal readonly record struct MasterBootRecord
{
    public const int Length = 512;
    public const int EntryCount = 4;

    private const int DiskSignatureOffset = 440;
    private const int EntriesOffset = 446;
    private const int SignatureOffset = 510;
    private const ushort Signature = 0xAA55;

    public required uint DiskSignature { get; init; }

    public required MbrEntry First { get; init; }

    public required MbrEntry Second { get; init; }

    public required MbrEntry Third { get; init; }

    public required MbrEntry Fourth { get; init; }

    public MbrEntry[] Entries => [First, Second, Third, Fourth];

    /// <summary>Whether the entries can be those of a table. The code of a boot sector seldom can.</summary>
    public bool IsPlausible => Entries.All(entry => entry.Status is 0x00 or 0x80);

    public static bool HasSignature(ReadOnlySpan<byte> block)
    {
        return BinaryPrimitives.ReadUInt16LittleEndian(block[SignatureOffset..]) == Signature;
    }

    /// <summary>Reads the record. The caller has looked for the signature.</summary>
    public static MasterBootRecord Read(ReadOnlySpan<byte> block)
    {
        Invariant.Holds(HasSignature(block));

        ReadOnlySpan<byte> entries = block[EntriesOffset..];
        return new()
        {
            DiskSignature = BinaryPrimitives.ReadUInt32LittleEndian(block[DiskSignatureOffset..]),
            First = MbrEntry.Read(entries),
            Second = MbrEntry.Read(entries[MbrEntry.Length..]),
            Third = MbrEntry.Read(entries[(2 * MbrEntry.Length)..]),
            Fourth = MbrEntry.Read(entries[(3 * MbrEntry.Length)..]),
        };
    }

    /// <summary>Writes all but the boot code, which stays as it is.</summary>
    public void Write(Span<byte> block)
    {
        Invariant.Holds(block.Length >= Length);

        BinaryPrimitives.WriteUInt32LittleEndian(block[DiskSignatureOffset..], DiskSignature);
        BinaryPrimitives.WriteUInt16LittleEndian(block[(DiskSignatureOffset + 4)..], 0);
        Span<byte> entries = block[EntriesOffset..];
        First.Write(entries);
        Second.Write(entries[MbrEntry.Length..]);
        Third.Write(entries[(2 * MbrEntry.Length)..]);
        Fourth.Write(entries[(3 * MbrEntry.Length)..]);
        BinaryPrimitives.WriteUInt16LittleEndian(block[SignatureOffset..], Signature);
    }
}
