using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace IscsiMount.Block;

/// <summary>
/// What the runtime's files do not offer: giving the space of a part back, and seeing which parts have space. Elsewhere
/// than on Linux both are declined, which costs space and nothing else.
/// </summary>
internal static partial class SparseFile
{
    /// <summary>Bytes that file systems give back at least: as many as a page and most of their blocks have.</summary>
    public const int Granularity = 4096;

    private const int KeepSize = 0x01;      // FALLOC_FL_KEEP_SIZE
    private const int PunchHole = 0x02;     // FALLOC_FL_PUNCH_HOLE
    private const int SeekData = 3;         // SEEK_DATA
    private const int SeekHole = 4;         // SEEK_HOLE
    private const int NoSuchOffset = 6;     // ENXIO: nothing but a hole up to the end

    /// <summary>Whether the numbers above and the layouts below are those of the running system.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && nint.Size == 8;

    /// <summary>Makes a part of a file read as zeros, without space. False says that nothing was done.</summary>
    public static bool TryPunchHole(SafeFileHandle file, long offset, long length) =>
        IsSupported && Allocate(file, KeepSize | PunchHole, offset, length) == 0;

    /// <summary>Whether an offset has space, and for how many bytes that is the same.</summary>
    public static (long Length, bool HasSpace) FindSpace(SafeFileHandle file, long offset, long lengthMax)
    {
        if (!IsSupported)
        {
            return (lengthMax, true);
        }

        long data = Seek(file, offset, SeekData);
        if (data > offset)
        {
            return (Math.Min(data - offset, lengthMax), false);
        }

        if (data < 0)
        {
            return (lengthMax, Marshal.GetLastPInvokeError() != NoSuchOffset);
        }

        long hole = Seek(file, offset, SeekHole);
        return (hole > offset ? Math.Min(hole - offset, lengthMax) : lengthMax, true);
    }

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle file, long offset, int origin);
}
