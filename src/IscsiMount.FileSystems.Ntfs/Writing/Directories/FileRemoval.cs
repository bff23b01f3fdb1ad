using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.FileSystems.Ntfs.Writing.Images;

namespace IscsiMount.FileSystems.Ntfs.Writing.Directories;

/// <summary>Gives back everything that a file has once its last name is gone.</summary>
internal sealed class FileRemoval(Change change)
{
    public async ValueTask<FsStatus> RunAsync(RecordImage file, CancellationToken cancellationToken)
    {
        // An object id and a reparse point are listed in indexes of $Extend, which are not written yet.
        bool isListed = file.Find(AttributeType.ObjectId) is not null
            || file.Find(AttributeType.ReparsePoint) is not null;
        if (isListed || file.HasAttributeList)
        {
            return FsStatus.NotSupported;
        }

        foreach (AttributeImage attribute in file.Attributes.Where(attribute => attribute.IsNonResident))
        {
            await change.FreeAsync(attribute.Extents(change.Context.Geometry), cancellationToken);
        }

        change.Free(file);
        return FsStatus.Ok;
    }
}
