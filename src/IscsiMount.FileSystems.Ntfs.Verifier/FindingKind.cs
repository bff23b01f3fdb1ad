namespace IscsiMount.FileSystems.Ntfs.Verifier;

/// <summary>The rules of the format by their breach. <c>docs/formats/ntfs-rules.md</c> explains each.</summary>
public enum FindingKind
{
    /// <summary>The boot sector is no NTFS boot sector, or its numbers contradict each other or the device.</summary>
    BootSectorInvalid,

    /// <summary>The copy of the boot sector behind the last counted sector is another.</summary>
    BootBackupDiffers,

    /// <summary>The first records of $MFT cannot be read, so nothing else can be found.</summary>
    MftUnreadable,

    /// <summary>A record in $MFTMirr is not the one in $MFT.</summary>
    MirrorDiffers,

    /// <summary>A file that the volume needs is missing, of the wrong size, or does not lie where it must.</summary>
    SystemFileInvalid,

    /// <summary>A flag in $Volume says that the volume is dirty or in the middle of something.</summary>
    VolumeMarkedDirty,

    /// <summary>$LogFile holds changes that are not on the volume yet, or a Windows has the volume.</summary>
    LogNotEmpty,

    /// <summary>$UpCase has not 65,536 words, or does not map letters to capitals.</summary>
    UpCaseInvalid,

    /// <summary>$Bitmap counts other clusters than the volume has.</summary>
    BitmapSizeWrong,

    /// <summary>The bits of $Bitmap behind the last cluster are not all set.</summary>
    BitmapTailClear,

    /// <summary>A cluster that holds content is free in $Bitmap: the next write may destroy it.</summary>
    ClusterMarkedFree,

    /// <summary>A cluster is taken in $Bitmap and belongs to nothing.</summary>
    ClusterLeaked,

    /// <summary>A cluster belongs to two streams.</summary>
    ClusterShared,

    /// <summary>The bitmap of $MFT is too short for its records.</summary>
    MftBitmapTooShort,

    /// <summary>A record in use is free in the bitmap of $MFT.</summary>
    RecordMarkedFree,

    /// <summary>A record that is not in use is taken in the bitmap of $MFT.</summary>
    RecordLeaked,

    /// <summary>A record or an index block was written in half: its fix-ups do not fit.</summary>
    TornStructure,

    /// <summary>The head of a record contradicts its place or itself.</summary>
    RecordHeaderInvalid,

    /// <summary>The end marker of a record is missing, or its bytes in use do not end there.</summary>
    RecordEndInvalid,

    /// <summary>An attribute leaves its record, or its parts leave the attribute.</summary>
    AttributeInvalid,

    /// <summary>Attributes are not in the order of type, name and place in the stream.</summary>
    AttributeOrder,

    /// <summary>Two attributes of a record have one instance number, or the next one is not above all.</summary>
    AttributeInstance,

    /// <summary>An attribute is resident or not although its type forbids it, is named, or is there twice.</summary>
    AttributeForm,

    /// <summary>A $FILE_NAME is not marked as indexed.</summary>
    FileNameNotIndexed,

    /// <summary>$STANDARD_INFORMATION is missing or has an impossible length.</summary>
    StandardInformationInvalid,

    /// <summary>A $FILE_NAME has an impossible length, namespace or character.</summary>
    FileNameInvalid,

    /// <summary>A long name is marked as an 8.3 name too.</summary>
    NamespaceInvalid,

    /// <summary>An 8.3 name has no long name beside it in the same directory, or has two.</summary>
    DosNameUnpaired,

    /// <summary>The link count of a record is not the number of its names.</summary>
    LinkCountWrong,

    /// <summary>A file in use has no name at all.</summary>
    FileWithoutName,

    /// <summary>A directory has more than one name.</summary>
    DirectoryLinked,

    /// <summary>A directory lies within itself.</summary>
    DirectoryCycle,

    /// <summary>The flags of a record do not fit to its indexes.</summary>
    RecordFlagsInvalid,

    /// <summary>An extension record counts links.</summary>
    ExtensionLinked,

    /// <summary>An extension record is in use and no base record knows it.</summary>
    ExtensionOrphan,

    /// <summary>An attribute list is malformed or not sorted.</summary>
    AttributeListInvalid,

    /// <summary>An attribute list and the attributes of the file are not the same.</summary>
    AttributeListMismatch,

    /// <summary>The pieces of a stream do not follow each other.</summary>
    PiecesNotContiguous,

    /// <summary>A run list cannot be read or leaves the volume.</summary>
    RunListInvalid,

    /// <summary>The allocated size of a stream is not that of its runs.</summary>
    AllocatedSizeWrong,

    /// <summary>The initialized size exceeds the data size, or that the allocated size.</summary>
    SizesContradict,

    /// <summary>The total of a sparse or compressed stream is not that of its real clusters.</summary>
    TotalAllocatedWrong,

    /// <summary>A stream that is neither sparse nor compressed has a hole.</summary>
    HoleUnmarked,

    /// <summary>A compression unit has an impossible form.</summary>
    CompressionUnitInvalid,

    /// <summary>An $INDEX_ROOT is malformed.</summary>
    IndexRootInvalid,

    /// <summary>An index block is not what its place demands.</summary>
    IndexBlockInvalid,

    /// <summary>The entries of a node do not fit into it, or do not end with a last one.</summary>
    IndexNodeInvalid,

    /// <summary>Keys of an index are not in the order of its collation.</summary>
    IndexOrder,

    /// <summary>An entry has a child that does not exist, is reached twice, or lies too deep.</summary>
    IndexChildInvalid,

    /// <summary>An index block that is part of the tree is free in the bitmap of the index.</summary>
    IndexBlockMarkedFree,

    /// <summary>An index block is taken in the bitmap of the index and is not part of the tree.</summary>
    IndexBlockLeaked,

    /// <summary>A directory entry leads to a record that is free, or was given to another file.</summary>
    DanglingEntry,

    /// <summary>A directory entry leads to a file that does not know this name.</summary>
    EntryWithoutName,

    /// <summary>A file has a name that its directory does not know.</summary>
    NameWithoutEntry,

    /// <summary>A directory entry names another directory as its own.</summary>
    EntryParentWrong,

    /// <summary>A directory entry has another namespace than the name in the file.</summary>
    EntryNamespaceDiffers,

    /// <summary>A directory entry says directory of a file, or the other way round.</summary>
    EntryTypeDiffers,

    /// <summary>An entry of $SDS has a wrong hash, id, place or length.</summary>
    SecurityEntryInvalid,

    /// <summary>The second copy of $SDS is not the first.</summary>
    SecurityMirrorDiffers,

    /// <summary>$SII does not know the descriptors of $SDS, or knows others.</summary>
    SecurityIdIndexMismatch,

    /// <summary>$SDH does not know the descriptors of $SDS, or knows others.</summary>
    SecurityHashIndexMismatch,

    /// <summary>A file has a security id that $Secure does not know.</summary>
    SecurityIdUnknown,

    /// <summary>A reparse point is malformed, or the attributes of the file do not tell of it.</summary>
    ReparsePointInvalid,

    /// <summary>$Extend\$Reparse:$R does not know the reparse points of the files, or knows others.</summary>
    ReparseIndexMismatch,

    /// <summary>$Extend\$ObjId:$O does not know the object ids of the files, or knows others.</summary>
    ObjectIdIndexMismatch,

    /// <summary>The extended attributes of a file are malformed or not those that are announced.</summary>
    ExtendedAttributesInvalid,
}
