using IscsiMount.Block.Partitions.Layout;

namespace IscsiMount.Block.Partitions;

/// <summary>Finds the partitions of a device. It reads a few blocks and never writes.</summary>
/// <remarks>
/// <code>
///   block 0                                  result
///   boot sector of a file system             None, the whole device
///   no 55AA, GPT header in block 1           Gpt, and a finding that the protective MBR is gone
///   no 55AA                                  None, the whole device
///   a state of an entry is not 00h or 80h    None, the whole device, and a finding
///   an entry of type EEh                     Gpt, from the backup if the primary is damaged
///   anything else                            Mbr
/// </code>
/// </remarks>
public static class PartitionScanner
{
    /// <summary>Reads the table. A damaged one is an answer; only a device that cannot be read is a fault.</summary>
    /// <exception cref="Primitives.StorageFaultException">The first block cannot be read.</exception>
    public static async ValueTask<PartitionScan> ScanAsync(
        IBlockDevice device, CancellationToken cancellationToken)
    {
        byte[] block = new byte[device.BlockLength];
        await device.ReadAsync(new(0, 1), block, cancellationToken);
        var findings = new List<string>();

        if (BootSector.FindFileSystem(block) is not null)
        {
            return WholeDevice(device, findings);
        }

        if (!MasterBootRecord.HasSignature(block))
        {
            return await ScanWithoutMbrAsync(device, findings, cancellationToken);
        }

        var record = MasterBootRecord.Read(block);
        if (!record.IsPlausible)
        {
            findings.Add("The first block ends like a boot sector, but holds no partition table.");
            return WholeDevice(device, findings);
        }

        bool isProtective = record.Entries.Any(entry => entry.IsProtective);
        IReadOnlyList<PartitionEntry> candidates = isProtective
            ? await new GptReader(device, findings).ReadAsync(cancellationToken)
            : await new MbrReader(device, findings).ReadAsync(record, cancellationToken);
        return new()
        {
            Scheme = isProtective ? PartitionScheme.Gpt : PartitionScheme.Mbr,
            Partitions = candidates,
            Findings = findings,
        };
    }

    private static async ValueTask<PartitionScan> ScanWithoutMbrAsync(
        IBlockDevice device, List<string> findings, CancellationToken cancellationToken)
    {
        var reader = new GptReader(device, findings);
        if (!await reader.HasPrimaryHeaderAsync(cancellationToken))
        {
            return WholeDevice(device, findings);
        }

        findings.Add("The protective MBR in front of the GPT is missing.");
        return new()
        {
            Scheme = PartitionScheme.Gpt,
            Partitions = await reader.ReadAsync(cancellationToken),
            Findings = findings,
        };
    }

    private static PartitionScan WholeDevice(IBlockDevice device, List<string> findings)
    {
        var whole = new PartitionEntry
        {
            Index = 0,
            FirstBlock = 0,
            BlockCount = device.BlockCount,
            TypeName = "whole device",
            TypeId = "",
        };
        return new() { Scheme = PartitionScheme.None, Partitions = [whole], Findings = findings };
    }
}
