using IscsiMount.FileSystems.Ntfs.Verifier.Indexes;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;
using IscsiMount.FileSystems.Ntfs.Verifier.Metadata;

namespace IscsiMount.FileSystems.Ntfs.Verifier;

/// <summary>What all checks of one verification share. The verification owns it; one thing happens at a time.</summary>
internal sealed class Inspection(VerifierOptions options, Geometry geometry, VolumeReader reader, FindingLog findings)
{
    public VerificationMode Mode => options.Mode;

    public int FindingsMax => options.FindingsMax;

    public Geometry Geometry => geometry;

    public VolumeReader Reader => reader;

    public FindingLog Findings => findings;

    /// <summary>Records that $MFT has room for.</summary>
    public ulong RecordCount { get; set; }

    /// <summary>The capitals of the volume; nothing until they are read, or if they are damaged.</summary>
    public UpCase? UpCase { get; set; }

    /// <summary>The descriptors of $Secure; nothing if they cannot be read.</summary>
    public SecurityDescriptors? Security { get; set; }

    public RecordTable Records { get; } = new();

    /// <summary>Clusters that belong to a stream.</summary>
    public SparseBits Clusters { get; } = new();

    public Ledger ReparsePoints { get; } = new();

    public Ledger ObjectIds { get; } = new();

    /// <summary>Files whose security id is not in $Secure: which, where, and the id.</summary>
    public List<(ulong Record, long OffsetBytes, uint Id)> UnknownSecurityIds { get; } = [];

    /// <summary>
    /// Whether something cannot be read that may own clusters. Then clusters without owner are not reported: one cause,
    /// one finding.
    /// </summary>
    public bool HasUnknownOwners { get; set; }

    public long RecordsInUse { get; set; }

    public long Directories { get; set; }

    public long IndexEntries { get; set; }
}
