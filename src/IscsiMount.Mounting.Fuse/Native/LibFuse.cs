using System.Runtime.InteropServices;

namespace IscsiMount.Mounting.Fuse.Native;

/// <summary>The functions of libfuse3's low-level interface that we call. All pointers are blittable.</summary>
/// <remarks>
/// COMPAT: libfuse 3.17 changed its SONAME to 4 for symbols that we do not use, so both names are probed. Structures
/// that it enlarged are handed over in blocks that are large enough for both.
/// </remarks>
internal static unsafe partial class LibFuse
{
    private const string Library = "libfuse3";

    private static readonly string[] Sonames = ["libfuse3.so.3", "libfuse3.so.4"];

    private static readonly Lazy<nint> Handle = new(Load);

    /// <summary>Whether the library is there. Nothing else of this class may be called before.</summary>
    public static bool TryLoad() => Handle.Value != 0;

    public static string Version() => Marshal.PtrToStringUTF8(PackageVersion()) ?? "";

    [LibraryImport(Library, EntryPoint = "fuse_pkgversion")]
    private static partial nint PackageVersion();

    [LibraryImport(Library, EntryPoint = "fuse_session_new")]
    public static partial nint SessionNew(
        FuseArguments* arguments, nint* operations, nuint operationsLength, nint userData);

    [LibraryImport(Library, EntryPoint = "fuse_opt_free_args")]
    public static partial void FreeArguments(FuseArguments* arguments);

    [LibraryImport(Library, EntryPoint = "fuse_session_mount", StringMarshalling = StringMarshalling.Utf8,
        SetLastError = true)]
    public static partial int SessionMount(nint session, string mountPoint);

    [LibraryImport(Library, EntryPoint = "fuse_session_receive_buf")]
    public static partial int SessionReceive(nint session, FuseBuffer* buffer);

    [LibraryImport(Library, EntryPoint = "fuse_session_process_buf")]
    public static partial void SessionProcess(nint session, FuseBuffer* buffer);

    [LibraryImport(Library, EntryPoint = "fuse_session_unmount")]
    public static partial void SessionUnmount(nint session);

    [LibraryImport(Library, EntryPoint = "fuse_session_destroy")]
    public static partial void SessionDestroy(nint session);

    [LibraryImport(Library, EntryPoint = "fuse_req_userdata")]
    public static partial nint RequestUserData(nint request);

    [LibraryImport(Library, EntryPoint = "fuse_req_ctx")]
    public static partial RequestContext* RequestContext(nint request);

    [LibraryImport(Library, EntryPoint = "fuse_req_interrupt_func")]
    public static partial void RequestInterruptFunction(
        nint request, delegate* unmanaged[Cdecl]<nint, nint, void> function, nint data);

    [LibraryImport(Library, EntryPoint = "fuse_reply_err")]
    public static partial int ReplyError(nint request, int errno);

    [LibraryImport(Library, EntryPoint = "fuse_reply_none")]
    public static partial void ReplyNone(nint request);

    [LibraryImport(Library, EntryPoint = "fuse_reply_entry")]
    public static partial int ReplyEntry(nint request, EntryParameters* entry);

    [LibraryImport(Library, EntryPoint = "fuse_reply_attr")]
    public static partial int ReplyAttributes(nint request, FileStatus* status, double timeoutSeconds);

    [LibraryImport(Library, EntryPoint = "fuse_reply_readlink")]
    public static partial int ReplyReadLink(nint request, byte* target);

    [LibraryImport(Library, EntryPoint = "fuse_reply_open")]
    public static partial int ReplyOpen(nint request, OpenFileInfo* reply);

    [LibraryImport(Library, EntryPoint = "fuse_reply_buf")]
    public static partial int ReplyBuffer(nint request, byte* source, nuint length);

    [LibraryImport(Library, EntryPoint = "fuse_reply_statfs")]
    public static partial int ReplyVolumeStatus(nint request, VolumeStatus* status);

    [LibraryImport(Library, EntryPoint = "fuse_reply_xattr")]
    public static partial int ReplyXattrLength(nint request, nuint length);

    [LibraryImport(Library, EntryPoint = "fuse_reply_lseek")]
    public static partial int ReplySeek(nint request, long offset);

    [LibraryImport(Library, EntryPoint = "fuse_add_direntry")]
    public static partial nuint AddEntry(
        nint request, byte* destination, nuint room, byte* name, FileStatus* status, long nextOffset);

    [LibraryImport(Library, EntryPoint = "fuse_add_direntry_plus")]
    public static partial nuint AddEntryPlus(
        nint request, byte* destination, nuint room, byte* name, EntryParameters* entry, long nextOffset);

    private static nint Load()
    {
        foreach (string soname in Sonames)
        {
            if (NativeLibrary.TryLoad(soname, out nint handle))
            {
                NativeLibrary.SetDllImportResolver(
                    typeof(LibFuse).Assembly, (name, _, _) => name == Library ? handle : 0);
                return handle;
            }
        }

        return 0;
    }
}
