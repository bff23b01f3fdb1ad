using System.Buffers;

namespace IscsiMount.Protocol.Text;

/// <summary>Byte strings as text: hexadecimal after 0x, or base64 after 0b (RFC 7143 §6.1).</summary>
public static class TextBinary
{
    /// <summary>LIMIT: no byte string of the standard is longer (RFC 7143 §6.1).</summary>
    public const int LengthMax = 1024;

    /// <summary>As hexadecimal digits.</summary>
    public static string Format(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    public static string FormatBase64(ReadOnlySpan<byte> bytes) => "0b" + Convert.ToBase64String(bytes);

    /// <summary>Reads either form, with its prefix in either case. Odd digits get a zero in front.</summary>
    /// <returns>The bytes, or null if this is neither form or too long.</returns>
    public static byte[]? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return ParseHex(text[2..]);
        }

        return text.StartsWith("0b", StringComparison.OrdinalIgnoreCase) ? ParseBase64(text[2..]) : null;
    }

    private static byte[]? ParseHex(string digits)
    {
        if (digits.Length is 0 or > LengthMax * 2)
        {
            return null;
        }

        string even = digits.Length % 2 == 0 ? digits : "0" + digits;
        byte[] bytes = new byte[even.Length / 2];
        return Convert.FromHexString(even, bytes, out _, out _) == OperationStatus.Done ? bytes : null;
    }

    private static byte[]? ParseBase64(string text)
    {
        // The converter would skip white space, which has no place here.
        if (text.AsSpan().ContainsAny(" \t\r\n"))
        {
            return null;
        }

        byte[] bytes = new byte[LengthMax];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : null;
    }
}
