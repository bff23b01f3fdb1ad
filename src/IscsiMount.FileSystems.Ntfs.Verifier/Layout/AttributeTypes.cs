namespace IscsiMount.FileSystems.Ntfs.Verifier.Layout;

/// <summary>The types of attributes, and what each allows.</summary>
internal static class AttributeTypes
{
    public const uint StandardInformation = 0x10;
    public const uint AttributeList = 0x20;
    public const uint FileName = 0x30;
    public const uint ObjectId = 0x40;
    public const uint SecurityDescriptor = 0x50;
    public const uint VolumeName = 0x60;
    public const uint VolumeInformation = 0x70;
    public const uint Content = 0x80;
    public const uint IndexRoot = 0x90;
    public const uint IndexAllocation = 0xA0;
    public const uint Bitmap = 0xB0;
    public const uint ReparsePoint = 0xC0;
    public const uint ExtendedAttributesHead = 0xD0;
    public const uint ExtendedAttributes = 0xE0;
    public const uint End = 0xFFFF_FFFF;

    private const uint Max = 0x1000;

    public static bool IsPossible(uint type) => type is >= StandardInformation and <= Max && type % 0x10 == 0;

    public static bool MustBeResident(uint type) => type is StandardInformation or FileName or ObjectId
        or VolumeName or VolumeInformation or IndexRoot or ExtendedAttributesHead;

    public static bool MustBeNonResident(uint type) => type == IndexAllocation;

    /// <summary>Whether there is at most one of it in a file, and it has no name.</summary>
    public static bool IsSingle(uint type) => type is StandardInformation or AttributeList or ObjectId
        or SecurityDescriptor or VolumeName or VolumeInformation or ReparsePoint
        or ExtendedAttributesHead or ExtendedAttributes;
}
