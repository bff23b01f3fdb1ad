using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.FileSystems.Ntfs.Writing.Directories;
using IscsiMount.FileSystems.Ntfs.Writing.Images;

namespace IscsiMount.FileSystems.Ntfs.Writing.Content;

/// <summary>Changes the description of files, and which streams they have.</summary>
internal static class PropertyOperations
{
    // What users may set: read-only, hidden, system, archive, temporary, offline, not indexed.
    private const uint AttributesOfUsers = 0x0001 | 0x0002 | 0x0004 | 0x0020 | 0x0100 | 0x1000 | 0x2000;
    private const ulong FirstForUsers = 24;

    public static async ValueTask<FsStatus> RunAsync(
        Change change, FileId file, PropertyChange wanted, CancellationToken cancellationToken)
    {
        if (await change.FindAsync(file, cancellationToken) is not { } record)
        {
            return FsStatus.StaleReference;
        }

        StandardInformation standard = FileImage.Standard(record);
        uint kept = (uint)standard.Attributes & ~AttributesOfUsers;
        FileImage.SetStandard(change, record, standard with
        {
            Attributes = wanted.DosAttributes is { } bits
                ? (DosAttributes)(kept | (bits & AttributesOfUsers))
                : standard.Attributes,
            CreatedAt = wanted.CreatedAt ?? standard.CreatedAt,
            ModifiedAt = wanted.ModifiedAt ?? standard.ModifiedAt,
            ChangedAt = wanted.ChangedAt ?? change.Now,
            AccessedAt = wanted.AccessedAt ?? standard.AccessedAt,
        });
        return FsStatus.Ok;
    }

    /// <summary>Adds an empty named stream.</summary>
    public static async ValueTask<FsStatus> AddStreamAsync(
        Change change, FileId file, ReadOnlyMemory<char> name, CancellationToken cancellationToken)
    {
        FsStatus status = NameRules.Judge(name.Span);
        if (status != FsStatus.Ok)
        {
            return status;
        }

        FsResult<RecordImage> found = await FindAsync(change, file, cancellationToken);
        if (!found.TryGet(out RecordImage? record))
        {
            return found.Status;
        }

        record.SetResident(AttributeType.Data, NameBytes.Of(name.Span), []);
        FileImage.Stamp(change, record, isModified: false);
        return FsStatus.Ok;
    }

    /// <summary>Takes a named stream away, with its content.</summary>
    public static async ValueTask<FsStatus> RemoveStreamAsync(
        Change change, FileId file, ReadOnlyMemory<char> name, CancellationToken cancellationToken)
    {
        FsResult<RecordImage> found = await FindAsync(change, file, cancellationToken);
        if (!found.TryGet(out RecordImage? record))
        {
            return found.Status;
        }

        if (name.IsEmpty || record.Find(AttributeType.Data, NameBytes.Of(name.Span)) is not { } attribute)
        {
            return name.IsEmpty ? FsStatus.InvalidArgument : FsStatus.NoSuchAttribute;
        }

        if (attribute.IsNonResident)
        {
            await change.FreeAsync(attribute.Extents(change.Context.Geometry), cancellationToken);
        }

        record.Remove(attribute);
        FileImage.Stamp(change, record, isModified: false);
        return FsStatus.Ok;
    }

    private static async ValueTask<FsResult<RecordImage>> FindAsync(
        Change change, FileId file, CancellationToken cancellationToken)
    {
        if (await change.FindAsync(file, cancellationToken) is not { } record)
        {
            return FsStatus.StaleReference;
        }

        if (record.Number < FirstForUsers)
        {
            return FsStatus.AccessDenied;
        }

        return record.HasAttributeList ? FsStatus.NotSupported : record;
    }
}
