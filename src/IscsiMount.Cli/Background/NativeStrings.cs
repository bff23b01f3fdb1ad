using System.Runtime.InteropServices;

namespace IscsiMount.Cli.Background;

/// <summary>Strings as C has them: an array of pointers, the last of which is null.</summary>
internal sealed class NativeStrings : IDisposable
{
    public NativeStrings(IEnumerable<string> strings)
    {
        Pointers = [.. strings.Select(Marshal.StringToCoTaskMemUTF8), 0];
    }

    public nint[] Pointers { get; }

    public void Dispose()
    {
        foreach (nint pointer in Pointers)
        {
            Marshal.FreeCoTaskMem(pointer);
        }
    }
}
