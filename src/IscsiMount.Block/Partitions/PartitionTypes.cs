using System.Collections.Frozen;

namespace IscsiMount.Block.Partitions;

/// <summary>What the type of a partition says, in words.</summary>
internal static class PartitionTypes
{
    private const string Unknown = "unknown";

    private static readonly FrozenDictionary<byte, string> MbrNames = new Dictionary<byte, string>
    {
        [0x01] = "FAT12",
        [0x04] = "FAT16",
        [0x05] = "extended",
        [0x06] = "FAT16",
        [0x07] = "NTFS, exFAT",
        [0x0B] = "FAT32",
        [0x0C] = "FAT32",
        [0x0E] = "FAT16",
        [0x0F] = "extended",
        [0x11] = "hidden FAT12",
        [0x14] = "hidden FAT16",
        [0x16] = "hidden FAT16",
        [0x17] = "hidden NTFS",
        [0x1B] = "hidden FAT32",
        [0x1C] = "hidden FAT32",
        [0x27] = "Windows recovery",
        [0x42] = "Windows dynamic disk",
        [0x82] = "Linux swap",
        [0x83] = "Linux",
        [0x85] = "Linux extended",
        [0x8E] = "Linux LVM",
        [0xA5] = "FreeBSD",
        [0xA8] = "macOS",
        [0xAF] = "macOS HFS",
        [0xEE] = "GPT",
        [0xEF] = "EFI system",
        [0xFB] = "VMware VMFS",
        [0xFD] = "Linux RAID",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<Guid, string> GptNames = new Dictionary<Guid, string>
    {
        [new("c12a7328-f81f-11d2-ba4b-00a0c93ec93b")] = "EFI system",
        [new("21686148-6449-6e6f-744e-656564454649")] = "BIOS boot",
        [new("e3c9e316-0b5c-4db8-817d-f92df00215ae")] = "Microsoft reserved",
        [new("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7")] = "Microsoft basic data",
        [new("5808c8aa-7e8f-42e0-85d2-e1e90434cfb3")] = "Windows dynamic disk metadata",
        [new("af9b60a0-1431-4f62-bc68-3311714a69ad")] = "Windows dynamic disk data",
        [new("de94bba4-06d1-4d40-a16a-bfd50179d6ac")] = "Windows recovery",
        [new("e75caf8f-f680-4cee-afa3-b001e56efc2d")] = "Windows storage spaces",
        [new("0fc63daf-8483-4772-8e79-3d69d8477de4")] = "Linux",
        [new("0657fd6d-a4ab-43c4-84e5-0933c84b4f4f")] = "Linux swap",
        [new("e6d6d379-f507-44c2-a23c-238f2a3df928")] = "Linux LVM",
        [new("a19d880f-05fc-4d3b-a006-743f0f84911e")] = "Linux RAID",
        [new("48465300-0000-11aa-aa11-00306543ecac")] = "macOS HFS",
        [new("7c3457ef-0000-11aa-aa11-00306543ecac")] = "macOS APFS",
        [new("aa31e02a-400f-11db-9590-000c2911d1b8")] = "VMware VMFS",
    }.ToFrozenDictionary();

    public static string NameOf(byte type) => MbrNames.GetValueOrDefault(type, Unknown);

    public static string NameOf(Guid type) => GptNames.GetValueOrDefault(type, Unknown);
}
