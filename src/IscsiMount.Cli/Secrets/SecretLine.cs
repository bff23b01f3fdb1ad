using System.Security.Cryptography;
using IscsiMount.Control;

namespace IscsiMount.Cli.Secrets;

/// <summary>Reads a secret from a stream, and leaves no copy of it but the one that it returns.</summary>
internal static class SecretLine
{
    // LIMIT: more than any secret has; what is longer is another file.
    private const int LengthMax = 1024;

    /// <summary>All there is, without one end of line behind it.</summary>
    /// <exception cref="ControlException">There is nothing, or far too much.</exception>
    public static byte[] ReadAll(Stream source) => Read(source, isLine: false);

    /// <summary>The next line.</summary>
    /// <exception cref="ControlException">There is nothing, or far too much.</exception>
    public static byte[] ReadNext(Stream source) => Read(source, isLine: true);

    private static byte[] Read(Stream source, bool isLine)
    {
        byte[] buffer = new byte[LengthMax];
        try
        {
            int length = 0;

            // Byte by byte, since what stands behind the line is for somebody else.
            for (int next = source.ReadByte(); next >= 0; next = source.ReadByte())
            {
                if (isLine && next == '\n')
                {
                    break;
                }

                if (length == LengthMax)
                {
                    throw Unusable($"It is longer than {LengthMax} bytes.");
                }

                buffer[length++] = (byte)next;
            }

            ReadOnlySpan<byte> secret = WithoutEnd(buffer.AsSpan(0, length));
            return secret.IsEmpty ? throw Unusable("There is nothing.") : secret.ToArray();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static ReadOnlySpan<byte> WithoutEnd(ReadOnlySpan<byte> text)
    {
        text = text.EndsWith("\n"u8) ? text[..^1] : text;
        return text.EndsWith("\r"u8) ? text[..^1] : text;
    }

    private static ControlException Unusable(string reason) =>
        new(ErrorCode.SecretUnusable, "The secret cannot be read.", reason);
}
