using System.Runtime.InteropServices;

namespace IscsiMount.Mounting.Fuse.Native;

// struct fuse_args, fuse_opt.h
//
//     0  argc       i32
//     8  argv       pointer
//    16  allocated  i32: set by the library once the vector is its own
//    24

/// <summary>The command line of a session.</summary>
[StructLayout(LayoutKind.Explicit, Size = Length)]
internal unsafe struct FuseArguments
{
    public const int Length = 24;

    [FieldOffset(0)] public int Count;
    [FieldOffset(8)] public byte** Values;
    [FieldOffset(16)] public int IsAllocated;
}

// struct fuse_buf, fuse_common.h
//
//     0  size      u64
//     8  flags     i32
//    16  mem       pointer, from malloc by the library
//    24  fd        i32
//    32  pos       i64
//    40  mem_size  u64, from 3.17 on
//    48

/// <summary>A request as it came from the kernel. The block is larger than any version of the structure.</summary>
[StructLayout(LayoutKind.Explicit, Size = Length)]
internal unsafe struct FuseBuffer
{
    public const int Length = 64;

    [FieldOffset(16)] public void* Memory;
}

// struct fuse_conn_info, fuse_common.h, 3.14
//
//     0  proto_major           u32      20  capable               u32
//     4  proto_minor           u32      24  want                  u32
//     8  max_write             u32      28  max_background        u32
//    12  max_read              u32      32  congestion_threshold  u32
//    16  max_readahead         u32      36  time_gran             u32
//    40  reserved, to 128

/// <summary>What the kernel offers and what we take, during the first request of a session.</summary>
[StructLayout(LayoutKind.Explicit, Size = Length)]
internal struct ConnectionParameters
{
    public const int Length = 128;

    [FieldOffset(0)] public uint ProtocolMajor;
    [FieldOffset(4)] public uint ProtocolMinor;
    [FieldOffset(16)] public uint ReadAheadLengthMax;
    [FieldOffset(20)] public KernelCapabilities Capable;
    [FieldOffset(24)] public KernelCapabilities Wanted;
    [FieldOffset(28)] public uint BackgroundRequestsMax;
    [FieldOffset(32)] public uint CongestionThreshold;
    [FieldOffset(36)] public uint TimeGranularityNanoseconds;
}

/// <summary>FUSE_CAP_…, those that we want or look at.</summary>
[Flags]
internal enum KernelCapabilities : uint
{
    AsyncRead = 1 << 0,
    ReadDirPlus = 1 << 13,
    NoOpenSupport = 1 << 17,
    ParallelDirectoryOperations = 1 << 18,
    CacheSymlinks = 1 << 23,
}

// struct fuse_file_info, fuse_common.h
//
//     0  flags          i32
//     4  bit field      bit 2 keep_cache, bit 6 cache_readdir
//    16  fh             u64
//    24  lock_owner     u64
//    32  poll_events    u32
//    40                 (64 bytes from 3.17 on)

/// <summary>An open file or directory. Our answers are as large as the largest version of the structure.</summary>
[StructLayout(LayoutKind.Explicit, Size = Length)]
internal struct OpenFileInfo
{
    public const int Length = 64;

    [FieldOffset(4)] public OpenBehaviour Behaviour;
    [FieldOffset(16)] public ulong Handle;
}

/// <summary>What the kernel may do with what it learns of an open file or directory.</summary>
[Flags]
internal enum OpenBehaviour : byte
{
    KeepCache = 1 << 2,
    CacheReadDir = 1 << 6,
}

/// <summary>struct fuse_forget_data: how many times the kernel no longer knows an inode.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ForgetRecord
{
    public const int Length = 16;

    public ulong Inode;
    public ulong Count;
}

// struct fuse_ctx, fuse_lowlevel.h
//
//     0  uid    u32
//     4  gid    u32
//     8  pid    i32: of the thread; 0 if our namespace of processes does not have it
//    12  umask  u32
//    16

/// <summary>Who asks.</summary>
[StructLayout(LayoutKind.Explicit, Size = Length)]
internal record struct RequestContext
{
    public const int Length = 16;

    [FieldOffset(8)] public int Thread;
}
