using System.Runtime.InteropServices;
using System.Text;

namespace IscsiMount.Cli.Output;

/// <summary>
/// Standard output by <c>write(2)</c>. The console's own stream swallows a closed pipe and a full disk, so a command
/// would go on for nobody and end with 0; and a FileStream writes to a file at an offset of its own, over what the
/// next command of the same script writes there.
/// </summary>
internal static class UnixOutput
{
    private const int StandardOutput = 1;
    private const int Interrupted = 4;
    private const int BrokenPipe = 32;

    /// <exception cref="OutputClosedException">Whoever reads it has gone.</exception>
    /// <exception cref="OutputFailedException">It cannot be written.</exception>
    public static void Write(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int written = 0; written < bytes.Length;)
        {
            nint count = write(StandardOutput, ref bytes[written], bytes.Length - written);
            int error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            written += (int)Math.Max(count, 0);
            if (error is not 0 and not Interrupted)
            {
                string reason = Marshal.GetPInvokeErrorMessage(error);
                throw error == BrokenPipe ? new OutputClosedException(reason) : new OutputFailedException(reason);
            }
        }
    }

#pragma warning disable SYSLIB1054, IDE1006 // Generated marshalling needs unsafe code; the name is that of libc.
    [DllImport("libc", SetLastError = true)]
    private static extern nint write(int descriptor, ref byte bytes, nint count);
#pragma warning restore SYSLIB1054, IDE1006
}
