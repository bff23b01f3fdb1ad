using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Layout.Volume;

/// <summary>The state of the volume as the last system that had it left it.</summary>
[Flags]
internal enum VolumeFlags : ushort
{
    None = 0,
    Dirty = 0x0001,
    ResizeLog = 0x0002,
    UpgradeOnMount = 0x0004,
    MountedOnNt4 = 0x0008,
    DeletingUsnJournal = 0x0010,
    RepairObjectIds = 0x0020,
    ShortNamesDisabled = 0x0080,
    CheckRunning = 0x4000,
    ModifiedByCheck = 0x8000,
}

// $VOLUME_INFORMATION of $Volume
//
//         0   1   2   3   4   5   6   7   8   9   A   B
//       +-------------------------------+---+---+-------+
//   00  | unused                        |Maj|Min| Flags |
//       +-------------------------------+---+---+-------+

/// <summary>Version and state of the volume.</summary>
internal readonly record struct VolumeInformation(byte Major, byte Minor, VolumeFlags Flags)
{
    public const int Length = 12;

    public static VolumeInformation Read(ReadOnlySpan<byte> source)
    {
        Medium.Holds(source.Length >= Length, "$VOLUME_INFORMATION", "it is too short");

        return new VolumeInformation(
            source[8], source[9], (VolumeFlags)BinaryPrimitives.ReadUInt16LittleEndian(source[10..]));
    }
}
