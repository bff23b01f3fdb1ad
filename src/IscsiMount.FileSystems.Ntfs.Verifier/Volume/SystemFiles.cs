using IscsiMount.FileSystems.Ntfs.Verifier.Indexes;
using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;
using IscsiMount.FileSystems.Ntfs.Verifier.Metadata;
using IscsiMount.FileSystems.Ntfs.Verifier.Records;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Volume;

/// <summary>
/// Reads the files that all others are judged by, before any of those is looked at. What their records break is
/// reported when the records are met in their order.
/// </summary>
internal sealed class SystemFiles(Inspection inspection, RecordSource source)
{
    private const ulong Mft = 0;
    private const ulong Mirror = 1;
    private const ulong Log = 2;
    private const ulong Volume = 3;
    private const ulong AttributeDefinitions = 4;
    private const ulong Root = 5;
    private const ulong ClusterBitmap = 6;
    private const ulong Boot = 7;
    private const ulong BadClusters = 8;
    private const ulong Security = 9;
    private const ulong Letters = 10;

    private const int AttributeDefinitionSize = 160;
    private const int VolumeInformationLength = 12;

    // What only tells of the past: seen by NT4, deleting the journal, short names disabled.
    private const ushort HarmlessVolumeFlags = 0x0008 | 0x0010 | 0x0080;

    private readonly Geometry _geometry = inspection.Geometry;
    private readonly FileAssembler _assembler = new(inspection, source, FindingLog.Silent);
    private readonly StreamInspector _streams = new(inspection, FindingLog.Silent);

    /// <summary>The bitmap of $MFT, one bit a record; nothing if it cannot be read.</summary>
    public StreamBytes? MftBitmap { get; private set; }

    /// <summary>The content of $Bitmap; nothing if it cannot be read.</summary>
    public StreamBytes? VolumeBitmap { get; private set; }

    public async ValueTask ReadAsync(CancellationToken cancellationToken)
    {
        await ReadUpCaseAsync(cancellationToken);
        await ReadMftBitmapAsync(cancellationToken);
        await ReadSecurityAsync(cancellationToken);
        await CheckVolumeAsync(cancellationToken);
        await CheckLogAsync(cancellationToken);
        await CheckPlacesAsync(cancellationToken);
    }

    private async ValueTask ReadUpCaseAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(Letters, AttributeTypes.Content, "", cancellationToken) is not { } stream)
        {
            return;
        }

        byte[] content = new byte[stream.Size == UpCase.Size ? UpCase.Size : 0];
        await stream.Open(inspection.Reader).ReadAsync(0, content, isNear: false, cancellationToken);
        inspection.UpCase = UpCase.Find(content);
        if (inspection.UpCase is null)
        {
            inspection.Findings.Add(
                FindingKind.UpCaseInvalid, Letters, stream.Extents?.PlaceOf(0),
                $"its {stream.Size} bytes are no such table");
        }
    }

    private async ValueTask ReadMftBitmapAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(Mft, AttributeTypes.Bitmap, "", cancellationToken) is not { } stream)
        {
            return;
        }

        MftBitmap = stream.Open(inspection.Reader);
        ulong sizeMin = (inspection.RecordCount + 7) / 8;
        if (stream.Size < sizeMin)
        {
            inspection.Findings.Add(
                FindingKind.MftBitmapTooShort, Mft, stream.First.OffsetBytes,
                $"it has {stream.Size} bytes for {inspection.RecordCount} records");
        }
    }

    private async ValueTask ReadSecurityAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(Security, AttributeTypes.Content, "$SDS", cancellationToken) is { } stream)
        {
            inspection.Security = await SecurityDescriptors.ReadAsync(
                stream.Open(inspection.Reader), Security, inspection.Findings, cancellationToken);
        }
    }

    private async ValueTask CheckVolumeAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(Volume, AttributeTypes.VolumeInformation, "", cancellationToken) is not { } stream
            || stream.Extents is not null)
        {
            return;
        }

        ReadOnlySpan<byte> value = stream.First.Value.Span;
        bool isKnown = value.Length >= VolumeInformationLength && value[8] == 3 && value[9] <= 1;
        Expect(isKnown, Volume, stream.First.OffsetBytes, "the version is not 3.0 or 3.1");
        int flags = isKnown ? ReadUInt16LittleEndian(value[10..]) & ~HarmlessVolumeFlags : 0;
        if (flags != 0)
        {
            inspection.Findings.Add(
                FindingKind.VolumeMarkedDirty, Volume, stream.First.OffsetBytes, $"the flags are {flags:X4}h");
        }
    }

    private async ValueTask CheckLogAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(Log, AttributeTypes.Content, "", cancellationToken) is { } stream)
        {
            string? problem = await LogState.ProblemOfAsync(stream.Open(inspection.Reader), cancellationToken);
            if (problem is not null)
            {
                inspection.Findings.Add(FindingKind.LogNotEmpty, Log, stream.Extents?.PlaceOf(0), problem);
            }
        }
    }

    private async ValueTask CheckPlacesAsync(CancellationToken cancellationToken)
    {
        await CheckPlaceAsync(Mft, _geometry.MftLcn, cancellationToken);
        await CheckPlaceAsync(Mirror, _geometry.MirrorLcn, cancellationToken);
        await CheckPlaceAsync(Boot, 0, cancellationToken);
        await FindAsync(Root, AttributeTypes.IndexRoot, NameIndexRules.Name, cancellationToken);

        if (await FindAsync(BadClusters, AttributeTypes.Content, "$Bad", cancellationToken) is { } bad)
        {
            Expect(
                bad.Size == _geometry.Size, BadClusters, bad.First.OffsetBytes,
                $"$Bad has {bad.Size} bytes, and the volume {_geometry.Size}");
        }

        if (await FindAsync(AttributeDefinitions, AttributeTypes.Content, "", cancellationToken) is { } definitions)
        {
            Expect(
                definitions.Size > 0 && definitions.Size % AttributeDefinitionSize == 0, AttributeDefinitions,
                definitions.First.OffsetBytes, $"$AttrDef has {definitions.Size} bytes");
        }

        if (await FindAsync(ClusterBitmap, AttributeTypes.Content, "", cancellationToken) is { } bitmap)
        {
            VolumeBitmap = bitmap.Open(inspection.Reader);
        }
    }

    private async ValueTask CheckPlaceAsync(ulong number, ulong lcn, CancellationToken cancellationToken)
    {
        if (await FindAsync(number, AttributeTypes.Content, "", cancellationToken) is { } stream)
        {
            ulong? first = stream.Extents is { Runs.Count: > 0 } extents ? extents.Runs[0].Lcn : null;
            Expect(first == lcn, number, stream.First.OffsetBytes, $"it begins at cluster {first}, not at {lcn}");
        }
    }

    /// <summary>A stream that can be read as a whole. A damaged record is reported later, a missing one here.</summary>
    private async ValueTask<StreamImage?> FindAsync(
        ulong number, uint type, string name, CancellationToken cancellationToken)
    {
        ParsedRecord? record = await source.FindAsync(number, cancellationToken);
        if (record is not { Use: RecordUse.InUse, IsExtension: false })
        {
            Expect(record?.Use == RecordUse.Damaged, number, record?.OffsetBytes, "it is missing");
            return null;
        }

        MftFile file = await _assembler.AssembleAsync(record, claims: false, cancellationToken);
        foreach (Range range in file.Streams())
        {
            (int first, int count) = range.GetOffsetAndLength(file.Pieces.Count);
            if (file.Pieces[first].Type == type && file.Pieces[first].IsNamed(name))
            {
                return Usable(_streams.Inspect([.. file.Pieces.Skip(first).Take(count)], claims: false), name);
            }
        }

        Expect(file.IsIncomplete, number, file.OffsetBytes, $"attribute {type:X}h '{name}' is missing");
        return null;
    }

    // What has holes or is larger than the volume is reported with its record, and not read.
    private StreamImage? Usable(StreamImage stream, string name)
    {
        bool isReadable = !stream.IsBroken && stream.Size <= _geometry.Size && (stream.Extents is not { } extents
            || (extents.RealCount <= _geometry.ClusterCount && stream.Size <= extents.Size));
        return isReadable && (name == "$Bad" || stream.Extents is not { HasHole: true }) ? stream : null;
    }

    private void Expect(bool holds, ulong record, long? offset, string observed)
    {
        if (!holds)
        {
            inspection.Findings.Add(FindingKind.SystemFileInvalid, record, offset, observed);
        }
    }
}
