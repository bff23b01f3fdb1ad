using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Records;

/// <summary>Names in their bytes, two for a unit. They are compared as they are: they need not be valid.</summary>
internal static class Utf16
{
    public static bool Equals(ReadOnlySpan<byte> units, string text)
    {
        if (units.Length != 2 * text.Length)
        {
            return false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (ReadUInt16LittleEndian(units[(2 * i)..]) != text[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>For people: what is no text becomes a replacement character.</summary>
    public static string ToText(ReadOnlySpan<byte> units) => Encoding.Unicode.GetString(units);
}
