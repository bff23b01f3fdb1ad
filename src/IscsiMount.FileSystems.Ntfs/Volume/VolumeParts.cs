using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Layout.Volume;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Volume;

/// <summary>The parts of an open volume that everything else is made of, in the order of their needs.</summary>
internal sealed record VolumeParts
{
    public required VolumeMedium Medium { get; init; }

    public required VolumeGeometry Geometry { get; init; }

    public required FileStore Files { get; init; }

    public required DamageLog Damage { get; init; }

    public required NtfsOptions Options { get; init; }

    /// <summary>What had to be taken from the copy of $MFT, or null.</summary>
    public required string? MftDamage { get; init; }

    /// <exception cref="DamagedMediumException">$MFT cannot be found.</exception>
    public static async ValueTask<VolumeParts> JoinAsync(
        VolumeMedium medium,
        VolumeGeometry geometry,
        DamageLog damage,
        NtfsOptions options,
        CancellationToken cancellationToken)
    {
        var reader = new ExtentReader(medium) { DamageFound = damage.ReportGap };
        var table = new MasterFileTable(medium, reader, geometry);
        StreamMap map = await table.LocateAsync(cancellationToken);
        var records = new RecordStore(reader, map, geometry.RecordSize, options.RecordCacheBytesMax);
        return new VolumeParts
        {
            Medium = medium,
            Geometry = geometry,
            Files = new FileStore(records, reader, geometry),
            Damage = damage,
            Options = options,
            MftDamage = table.Damage,
        };
    }

    /// <summary>The name and the state of the volume.</summary>
    public async ValueTask<(string Label, VolumeInformation Information)> ReadVolumeFileAsync(
        CancellationToken cancellationToken)
    {
        MftFile volume = await Files.GetSystemFileAsync(SystemFile.Volume, cancellationToken);
        ReadOnlyMemory<byte>? information = volume.FindValue(AttributeType.VolumeInformation);
        Primitives.Medium.Holds(information is not null, "$Volume", "it has no $VOLUME_INFORMATION");
        ReadOnlyMemory<byte> name = volume.FindValue(AttributeType.VolumeName) ?? default;
        string label = NameUnits.ToString(name.Span[..(name.Length / 2 * 2)]);
        return (label, VolumeInformation.Read(information.Value.Span));
    }

    public async ValueTask<UpCaseTable> ReadUpCaseAsync(CancellationToken cancellationToken)
    {
        MftFile file = await Files.GetSystemFileAsync(SystemFile.UpCase, cancellationToken);
        byte[]? content =
            await Files.ReadValueAsync(file, AttributeType.Data, UpCaseTable.SizeBytes, cancellationToken);
        return new UpCaseTable(content);
    }
}
