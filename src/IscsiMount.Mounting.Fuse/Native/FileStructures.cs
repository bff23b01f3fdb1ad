using System.Runtime.InteropServices;

namespace IscsiMount.Mounting.Fuse.Native;

// struct stat, x86-64 Linux, stat(2)
//
//     0  st_dev      u64      56  st_blksize  i64
//     8  st_ino      u64      64  st_blocks   i64, units of 512 bytes
//    16  st_nlink    u64      72  st_atim     i64 seconds, i64 nanoseconds
//    24  st_mode     u32      88  st_mtim
//    28  st_uid      u32     104  st_ctim
//    32  st_gid      u32     120  reserved
//    40  st_rdev     u64     144
//    48  st_size     i64

/// <summary>The attributes of a file in the words of the kernel.</summary>
[StructLayout(LayoutKind.Explicit, Size = Length)]
internal record struct FileStatus
{
    public const int Length = 144;

    [FieldOffset(8)] public ulong Inode;
    [FieldOffset(16)] public ulong LinkCount;
    [FieldOffset(24)] public uint Mode;
    [FieldOffset(28)] public uint UserId;
    [FieldOffset(32)] public uint GroupId;
    [FieldOffset(48)] public long SizeBytes;
    [FieldOffset(56)] public long BlockSizeBytes;
    [FieldOffset(64)] public long SectorCount;
    [FieldOffset(72)] public TimeSpecification AccessedAt;
    [FieldOffset(88)] public TimeSpecification ModifiedAt;
    [FieldOffset(104)] public TimeSpecification ChangedAt;
}

/// <summary>struct timespec: seconds since 1970 and nanoseconds within the second, 0 to 999,999,999.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct TimeSpecification(long Seconds, long Nanoseconds);

// struct fuse_entry_param, x86-64
//
//     0  ino            u64: 0 says that the name does not exist
//     8  generation     u64
//    16  attr           struct stat
//   160  attr_timeout   f64 seconds
//   168  entry_timeout  f64 seconds
//   176

/// <summary>What a name stands for, and for how long the kernel may believe it.</summary>
[StructLayout(LayoutKind.Explicit, Size = Length)]
internal record struct EntryParameters
{
    public const int Length = 176;

    [FieldOffset(0)] public ulong Inode;
    [FieldOffset(8)] public ulong Generation;
    [FieldOffset(16)] public FileStatus Status;
    [FieldOffset(160)] public double AttributesTimeoutSeconds;
    [FieldOffset(168)] public double EntryTimeoutSeconds;
}

// struct statvfs, 64-bit Linux, statvfs(3)
//
//     0  f_bsize    u64      40  f_files    u64      72  f_flag     u64
//     8  f_frsize   u64      48  f_ffree    u64      80  f_namemax  u64
//    16  f_blocks   u64      56  f_favail   u64      88  reserved
//    24  f_bfree    u64      64  f_fsid     u64     112
//    32  f_bavail   u64

/// <summary>How full a volume is in the words of the kernel. All counts of blocks are in fragments.</summary>
[StructLayout(LayoutKind.Explicit, Size = Length)]
internal record struct VolumeStatus
{
    public const int Length = 112;

    [FieldOffset(0)] public ulong BlockSizeBytes;
    [FieldOffset(8)] public ulong FragmentSizeBytes;
    [FieldOffset(16)] public ulong FragmentCount;
    [FieldOffset(24)] public ulong FreeCount;
    [FieldOffset(32)] public ulong AvailableCount;
    [FieldOffset(40)] public ulong FileCountMax;
    [FieldOffset(48)] public ulong FileCountFree;
    [FieldOffset(56)] public ulong FileCountAvailable;
    [FieldOffset(80)] public ulong NameLengthMax;
}
