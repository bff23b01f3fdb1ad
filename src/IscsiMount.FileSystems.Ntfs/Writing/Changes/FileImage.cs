using IscsiMount.FileSystems.Ntfs.Layout.Indexes;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Volume;
using IscsiMount.FileSystems.Ntfs.Writing.Directories;
using IscsiMount.FileSystems.Ntfs.Writing.Images;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Changes;

/// <summary>Reads and writes what the record of every file has: times, attribute bits, names.</summary>
internal static class FileImage
{
    private const uint CollationOfNames = 1;
    private const int SectorSize = 512;

    public static StandardInformation Standard(RecordImage record)
    {
        AttributeImage? attribute = record.Find(AttributeType.StandardInformation);
        Medium.Holds(attribute is not null, "FILE record", "it has no $STANDARD_INFORMATION");
        return StandardInformation.Read(attribute.Value);
    }

    /// <summary>Writes times and attribute bits. What else the attribute holds stays as it is.</summary>
    public static void SetStandard(Change change, RecordImage record, StandardInformation standard)
    {
        byte[] value = record.Find(AttributeType.StandardInformation)!.Value.ToArray();
        standard.Write(value);
        record.SetResident(AttributeType.StandardInformation, [], value);
        change.Touch(record);
    }

    /// <summary>Says that the description of a file has changed now, and its content too if so.</summary>
    public static void Stamp(Change change, RecordImage record, bool isModified)
    {
        StandardInformation standard = Standard(record);
        SetStandard(change, record, standard with
        {
            ChangedAt = change.Now,
            ModifiedAt = isModified ? change.Now : standard.ModifiedAt,
        });
    }

    /// <summary>Gives a new record the attributes of an empty file or directory, without a name.</summary>
    public static void Begin(Change change, RecordImage record, uint securityId)
    {
        var standard = new StandardInformation
        {
            CreatedAt = change.Now,
            ModifiedAt = change.Now,
            ChangedAt = change.Now,
            AccessedAt = change.Now,
            Attributes = record.IsDirectory ? DosAttributes.None : DosAttributes.Archive,
            SecurityId = securityId,
        };
        record.SetResident(AttributeType.StandardInformation, [], standard.ToBytes());
        if (record.IsDirectory)
        {
            byte[] header = NewRoot(change.Context.Geometry);
            record.SetResident(
                AttributeType.IndexRoot, IndexBlockSpace.NameUnits, NodeImage.Empty().ToRootValue(header));
        }
        else
        {
            record.SetResident(AttributeType.Data, [], []);
        }
    }

    /// <summary>The content of a name with the copies of what is true now.</summary>
    public static FileNameContent NameOf(RecordImage record, FileReference parent, ReadOnlyMemory<char> name)
    {
        StandardInformation standard = Standard(record);
        AttributeImage? data = record.Find(AttributeType.Data);
        (long allocated, long size) = data is null ? (0L, 0L) : SizesOf(data);
        DosAttributes kind = record.IsDirectory ? DosAttributes.HasFileNameIndex : DosAttributes.None;
        return new FileNameContent
        {
            Parent = parent,
            Standard = standard,
            AllocatedSize = allocated,
            Size = size,
            Attributes = standard.Attributes | kind,
            ReparseTag = 0,
            Namespace = FileNamespace.Posix,
            Name = name,
        };
    }

    private static (long Allocated, long Size) SizesOf(AttributeImage data)
    {
        if (!data.IsNonResident)
        {
            int length = data.Value.Length;
            return ((length + 7) / 8 * 8, length);
        }

        var header = NonResidentHeader.Read(data.Bytes, data.Header.Flags);
        return (header.TotalAllocated, header.DataSize);
    }

    private static byte[] NewRoot(VolumeGeometry geometry)
    {
        int unit = geometry.ClusterSize <= geometry.IndexBlockSize ? geometry.ClusterSize : SectorSize;
        byte[] header = new byte[IndexRootHeader.Length];
        new IndexRootHeader((uint)AttributeType.FileName, CollationOfNames, geometry.IndexBlockSize)
            .Write(header, geometry.IndexBlockSize / unit);
        return header;
    }
}
