using System.Text;

namespace IscsiMount.Scsi.Identity;

/// <summary>Text of a fixed length in ASCII, padded with spaces.</summary>
internal static class AsciiField
{
    /// <summary>Reads text without its padding. What cannot be printed becomes a question mark.</summary>
    public static string Read(ReadOnlySpan<byte> source)
    {
        ReadOnlySpan<byte> text = source.TrimEnd(" \0"u8);
        return string.Create(text.Length, text, static (characters, bytes) =>
        {
            for (int i = 0; i < characters.Length; i++)
            {
                characters[i] = bytes[i] is >= 0x20 and < 0x7F ? (char)bytes[i] : '?';
            }
        });
    }

    /// <summary>Writes text to the whole of a field, cut or padded with spaces.</summary>
    public static void Write(Span<byte> destination, string text)
    {
        destination.Fill((byte)' ');
        int length = Math.Min(text.Length, destination.Length);
        Encoding.ASCII.GetBytes(text.AsSpan(0, length), destination);
    }
}
