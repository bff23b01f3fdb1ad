using System.Runtime.InteropServices;

namespace IscsiMount.Mounting.Fuse.Native;

/// <summary>The calls of the C library for which .NET has no equal. Failures are in the last P/Invoke error.</summary>
internal static partial class LibC
{
    public const int UnmountForce = 1;          // MNT_FORCE: aborts the connection to the daemon
    public const int UnmountDetach = 2;         // MNT_DETACH
    public const int UnmountNoFollow = 8;       // UMOUNT_NOFOLLOW

    public const int OpenDirectory = 0x1_0000;  // O_DIRECTORY, x86-64
    public const int OpenCloseOnExec = 0x8_0000;

    private const int AdviseHugePages = 14;     // MADV_HUGEPAGE
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    [LibraryImport(Library, EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Unmount(string mountPoint, int flags);

    [LibraryImport(Library, EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int descriptor);

    public static int Mount(string source, string target, string type) => Mount(source, target, type, 0, 0);

    /// <summary>The path without links and dots, or null with the reason in the last error.</summary>
    public static unsafe string? RealPath(string path)
    {
        byte* resolved = RealPath(path, null);
        if (resolved == null)
        {
            return null;
        }

        string? text = Marshal.PtrToStringUTF8((nint)resolved);
        NativeMemory.Free(resolved);
        return text;
    }

    /// <summary>Asks for huge pages. A refusal costs speed and nothing else, so it is not reported.</summary>
    public static unsafe void AdviseHuge(void* start, nuint length) => _ = Advise(start, length, AdviseHugePages);

    [LibraryImport(Library, EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Mount(string source, string target, string type, nuint flags, nint data);

    [LibraryImport(Library, EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static unsafe partial byte* RealPath(string path, byte* resolved);

    [LibraryImport(Library, EntryPoint = "madvise")]
    private static unsafe partial int Advise(void* start, nuint length, int advice);
}
