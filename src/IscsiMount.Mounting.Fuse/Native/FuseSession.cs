using System.Runtime.InteropServices;
using IscsiMount.Mounting.Fuse.Mounts;
using IscsiMount.Primitives;

namespace IscsiMount.Mounting.Fuse.Native;

/// <summary>A session of libfuse: one connection to the kernel.</summary>
/// <remarks>
/// Readers may call <see cref="Receive"/> and <see cref="Process"/> at once, each with a buffer of its own. All else
/// is called by one thread at a time, and <see cref="Close"/> when no reader and no request is left.
/// </remarks>
internal sealed unsafe class FuseSession
{
    private nint _session;

    private FuseSession(nint session) => _session = session;

    /// <summary>Makes a session that is not mounted yet; null if the library refuses the options.</summary>
    /// <param name="options">Mount options, each escaped as the library wants it.</param>
    /// <param name="userData">Handed to every callback.</param>
    public static FuseSession? TryCreate(IReadOnlyList<string> options, nint userData)
    {
        Invariant.Holds(sizeof(nint) == 8 && sizeof(OpenFileInfo) == OpenFileInfo.Length);

        string[] words = ["iscsimount", .. options.SelectMany(option => new[] { "-o", option })];
        byte** values = (byte**)NativeMemory.AllocZeroed((nuint)(words.Length + 1), (nuint)sizeof(byte*));
        try
        {
            for (int index = 0; index < words.Length; index++)
            {
                values[index] = (byte*)Marshal.StringToCoTaskMemUTF8(words[index]);
            }

            var arguments = new FuseArguments { Count = words.Length, Values = values };
            nint session = LibFuse.SessionNew(&arguments, Callbacks.Operations, Callbacks.OperationsLength, userData);
            LibFuse.FreeArguments(&arguments);
            return session == 0 ? null : new FuseSession(session);
        }
        finally
        {
            for (int index = 0; index < words.Length; index++)
            {
                Marshal.FreeCoTaskMem((nint)values[index]);
            }

            NativeMemory.Free(values);
        }
    }

    /// <returns>Null, or why the system did not mount, in its own words.</returns>
    public string? TryMount(string mountPoint)
    {
        if (LibFuse.SessionMount(_session, mountPoint) == 0)
        {
            return null;
        }

        // The library reports no number where its helper program failed; that one speaks on standard error.
        int errno = Marshal.GetLastPInvokeError();
        return errno == 0 ? $"{FuseDriver.Helper} failed" : Marshal.GetPInvokeErrorMessage(errno);
    }

    /// <summary>Memory for the requests of one reader.</summary>
    public static nint NewBuffer() => (nint)NativeMemory.AllocZeroed(FuseBuffer.Length);

    public static void FreeBuffer(nint buffer)
    {
        NativeMemory.Free(((FuseBuffer*)buffer)->Memory);
        NativeMemory.Free((void*)buffer);
    }

    /// <summary>Waits for a request.</summary>
    /// <returns>Positive: there is one. 0: the session has ended. Negative: the number of an error.</returns>
    public int Receive(nint buffer) => LibFuse.SessionReceive(_session, (FuseBuffer*)buffer);

    /// <summary>Calls back for the request that was received.</summary>
    public void Process(nint buffer) => LibFuse.SessionProcess(_session, (FuseBuffer*)buffer);

    /// <summary>Closes the device and frees the session. The mount is gone already, or goes now.</summary>
    public void Close()
    {
        LibFuse.SessionUnmount(_session);
        LibFuse.SessionDestroy(_session);
        _session = 0;
    }
}
