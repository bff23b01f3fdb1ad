using System.Buffers;
using System.Text.Unicode;
using IscsiMount.FileSystems;
using IscsiMount.Primitives;

namespace IscsiMount.Mounting.Fuse.Names;

/// <summary>
/// Names between the medium (UTF-16 in which surrogates may stand alone) and the kernel (bytes). A surrogate that
/// stands alone becomes the three bytes that UTF-8 would give its number (WTF-8), so every name has exactly one form on
/// each side and survives the way there and back.
/// </summary>
internal static class Wtf8
{
    /// <summary>Units of the longest name.</summary>
    public const int UnitsMax = 255;

    private const int SurrogateLength = 3;

    /// <summary>Room for a text of so many units and a zero byte.</summary>
    public static int LengthMax(int unitCount) => (unitCount * 3) + 1;

    /// <summary>Writes a text and a zero byte into a destination of <see cref="LengthMax"/>.</summary>
    /// <returns>The bytes, with the zero byte.</returns>
    public static int EncodeWithZero(ReadOnlySpan<char> text, Span<byte> destination)
    {
        Invariant.Holds(destination.Length >= LengthMax(text.Length));
        int length = 0;
        while (!text.IsEmpty)
        {
            Utf8.FromUtf16(text, destination[length..], out int read, out int written, replaceInvalidSequences: false);
            length += written;
            text = text[read..];
            if (!text.IsEmpty)
            {
                WriteSurrogate(text[0], destination[length..]);
                length += SurrogateLength;
                text = text[1..];
            }
        }

        destination[length] = 0;
        return length + 1;
    }

    /// <summary>A text and a zero byte in memory of its own.</summary>
    public static byte[] EncodeWithZero(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[LengthMax(text.Length)];
        return bytes[..EncodeWithZero(text, bytes)];
    }

    /// <summary>Reads a text without its zero byte.</summary>
    /// <returns>
    /// <see cref="FsStatus.NameTooLong"/> if it does not fit; <see cref="FsStatus.NotFound"/> if the bytes are not such
    /// a form, for then no file has this name.
    /// </returns>
    public static FsStatus Decode(ReadOnlySpan<byte> name, Span<char> destination, out int length)
    {
        length = 0;
        while (!name.IsEmpty)
        {
            OperationStatus status = Utf8.ToUtf16(
                name, destination[length..], out int read, out int written, replaceInvalidSequences: false);
            length += written;
            name = name[read..];
            if (status == OperationStatus.Done)
            {
                break;
            }

            if (status == OperationStatus.DestinationTooSmall || length == destination.Length)
            {
                return FsStatus.NameTooLong;
            }

            if (!TryReadSurrogate(name, out char surrogate) || MakesPair(destination[..length], surrogate))
            {
                return FsStatus.NotFound;
            }

            destination[length++] = surrogate;
            name = name[SurrogateLength..];
        }

        return FsStatus.Ok;
    }

    private static void WriteSurrogate(char surrogate, Span<byte> destination)
    {
        destination[0] = (byte)(0xE0 | (surrogate >> 12));
        destination[1] = (byte)(0x80 | ((surrogate >> 6) & 0x3F));
        destination[2] = (byte)(0x80 | (surrogate & 0x3F));
    }

    private static bool TryReadSurrogate(ReadOnlySpan<byte> name, out char surrogate)
    {
        surrogate = default;
        if (name.Length < SurrogateLength || name[0] != 0xED || (name[1] & 0xE0) != 0xA0 || (name[2] & 0xC0) != 0x80)
        {
            return false;
        }

        surrogate = (char)(0xD000 | ((name[1] & 0x3F) << 6) | (name[2] & 0x3F));
        return true;
    }

    // Two halves of a pair have a form of four bytes; a second form would be a second name for the same file.
    private static bool MakesPair(ReadOnlySpan<char> before, char surrogate)
        => char.IsLowSurrogate(surrogate) && !before.IsEmpty && char.IsHighSurrogate(before[^1]);
}
