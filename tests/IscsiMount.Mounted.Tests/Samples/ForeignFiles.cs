using System.Runtime.InteropServices;

namespace IscsiMount.Mounted.Tests.Samples;

/// <summary>The calls of the C library that .NET does not offer: extended attributes and hard links.</summary>
internal static partial class ForeignFiles
{
    public static void SetAttribute(string path, string name, ReadOnlySpan<byte> value)
    {
        if (SetXattr(path, name, value, (nuint)value.Length, 0) != 0)
        {
            throw new IOException($"setxattr {name} on {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    public static void HardLink(string existing, string added)
    {
        if (Link(existing, added) != 0)
        {
            throw new IOException($"link {added}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "setxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetXattr(string path, string name, ReadOnlySpan<byte> value, nuint size, int flags);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string added);
}
