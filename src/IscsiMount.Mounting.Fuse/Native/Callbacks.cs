using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using IscsiMount.Mounting.Fuse.Requests;

namespace IscsiMount.Mounting.Fuse.Native;

// struct fuse_lowlevel_ops, 3.14: 44 pointers, of which these are set. The rest is null, and libfuse answers ENOSYS:
// the kernel then never asks again (flush, access, locks) or, on a read-only mount, does not ask at all (all writes).
//
//    index  0 init       index 14 open        index 22 releasedir    index 38 forget_multi
//           2 lookup           15 read              24 statfs               41 readdirplus
//           3 forget           20 opendir           26 getxattr             43 lseek
//           4 getattr          21 readdir           27 listxattr
//           6 readlink

/// <summary>
/// What libfuse calls, on a thread of ours. No exception leaves: everything goes through
/// <see cref="RequestServer.Serve{T}"/>, which answers whatever happens.
/// </summary>
internal static unsafe class Callbacks
{
    private const int OperationCount = 44;

    /// <summary>The table of operations. It lives as long as the process.</summary>
    public static nint* Operations { get; } = BuildOperations();

    public static nuint OperationsLength => (nuint)(OperationCount * sizeof(nint));

    /// <summary>From now on libfuse tells when the client of a request gets a signal.</summary>
    public static void WatchForInterrupt(nint request)
        => LibFuse.RequestInterruptFunction(request, &OnInterrupt, 0);

    private static nint* BuildOperations()
    {
        nint* table = (nint*)NativeMemory.AllocZeroed(OperationCount, (nuint)sizeof(nint));
        table[0] = (nint)(delegate* unmanaged[Cdecl]<nint, ConnectionParameters*, void>)&Init;
        table[2] = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, nint, void>)&Lookup;
        table[3] = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, ulong, void>)&Forget;
        table[4] = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, nint, void>)&GetAttributes;
        table[6] = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, void>)&ReadLink;
        table[14] = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, OpenFileInfo*, void>)&Open;
        table[15] = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, nuint, long, nint, void>)&Read;
        table[20] = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, OpenFileInfo*, void>)&OpenDirectory;
        table[21] = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, nuint, long, OpenFileInfo*, void>)&ReadDirectory;
        table[22] = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, OpenFileInfo*, void>)&ReleaseDirectory;
        table[24] = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, void>)&GetVolumeStatus;
        table[26] = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, nint, nuint, void>)&GetXattr;
        table[27] = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, nuint, void>)&ListXattrs;
        table[38] = (nint)(delegate* unmanaged[Cdecl]<nint, nuint, ForgetRecord*, void>)&ForgetMany;
        table[41] = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, nuint, long, OpenFileInfo*, void>)&ReadDirectoryPlus;
        table[43] = (nint)(delegate* unmanaged[Cdecl]<nint, ulong, long, int, nint, void>)&Seek;
        return table;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Init(nint userData, ConnectionParameters* connection)
        => RequestServer.Of(userData).Greet(ref *connection);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnInterrupt(nint request, nint unused)
        => Server(request).Interrupt(request, LibFuse.RequestContext(request)->Thread);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Lookup(nint request, ulong directory, nint name)
        => Server(request).Serve(
            request, RequestKind.Lookup, (directory, name),
            static (handlers, request, call) => handlers.Files.LookupAsync(request, call.directory, call.name));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Forget(nint request, ulong inode, ulong count)
        => Server(request).Serve(
            request, RequestKind.Forget, (inode, count),
            static (handlers, request, call) => handlers.Files.Forget(request, call.inode, call.count));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ForgetMany(nint request, nuint count, ForgetRecord* records)
        => Server(request).Serve(
            request, RequestKind.Forget, (count, records: (nint)records),
            static (handlers, request, call) => handlers.Files.ForgetMany(
                request, new ReadOnlySpan<ForgetRecord>((void*)call.records, (int)call.count)));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void GetAttributes(nint request, ulong inode, nint unused)
        => Server(request).Serve(
            request, RequestKind.GetAttributes, inode,
            static (handlers, request, inode) => handlers.Files.GetAttributesAsync(request, inode));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReadLink(nint request, ulong inode)
        => Server(request).Serve(
            request, RequestKind.ReadLink, inode,
            static (handlers, request, inode) => handlers.Files.ReadLinkAsync(request, inode));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void GetVolumeStatus(nint request, ulong inode)
        => Server(request).Serve(
            request, RequestKind.GetVolumeStatus, inode,
            static (handlers, request, _) => handlers.Files.GetVolumeStatusAsync(request));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Open(nint request, ulong inode, OpenFileInfo* file)
        => Server(request).Serve(
            request, RequestKind.Open, inode, static (handlers, request, _) => handlers.Content.Open(request));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Read(nint request, ulong inode, nuint length, long offset, nint unused)
        => Server(request).Serve(
            request, RequestKind.Read, (inode, length: (int)length, offset),
            static (handlers, request, call) =>
                handlers.Content.ReadAsync(request, call.inode, call.offset, call.length));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Seek(nint request, ulong inode, long offset, int whence, nint unused)
        => Server(request).Serve(
            request, RequestKind.Seek, (inode, offset, whence),
            static (handlers, request, call) =>
                handlers.Content.SeekAsync(request, call.inode, call.offset, call.whence));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OpenDirectory(nint request, ulong inode, OpenFileInfo* file)
        => Server(request).Serve(
            request, RequestKind.OpenDirectory, inode,
            static (handlers, request, inode) => handlers.Directories.OpenAsync(request, inode));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReadDirectory(nint request, ulong inode, nuint length, long offset, OpenFileInfo* file)
        => Server(request).Serve(
            request, RequestKind.ReadDirectory, (handle: file->Handle, length: (int)length, offset),
            static (handlers, request, call) =>
                handlers.Directories.ReadAsync(request, call.handle, call.offset, call.length));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReadDirectoryPlus(nint request, ulong inode, nuint length, long offset, OpenFileInfo* file)
        => Server(request).Serve(
            request, RequestKind.ReadDirectoryPlus, (handle: file->Handle, length: (int)length, offset),
            static (handlers, request, call) =>
                handlers.Directories.ReadPlusAsync(request, call.handle, call.offset, call.length));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReleaseDirectory(nint request, ulong inode, OpenFileInfo* file)
        => Server(request).Serve(
            request, RequestKind.ReleaseDirectory, file->Handle,
            static (handlers, request, handle) => handlers.Directories.Release(request, handle));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void GetXattr(nint request, ulong inode, nint name, nuint room)
        => Server(request).Serve(
            request, RequestKind.GetXattr, (inode, name, room: (int)room),
            static (handlers, request, call) =>
                handlers.Xattrs.GetAsync(request, call.inode, call.name, call.room));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ListXattrs(nint request, ulong inode, nuint room)
        => Server(request).Serve(
            request, RequestKind.ListXattrs, (inode, room: (int)room),
            static (handlers, request, call) => handlers.Xattrs.ListAsync(request, call.inode, call.room));

    private static RequestServer Server(nint request) => RequestServer.Of(LibFuse.RequestUserData(request));
}
