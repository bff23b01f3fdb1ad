using System.Buffers.Binary;

namespace IscsiMount.FileSystems.Ntfs.Indexes;

/// <summary>
/// Names as they are on the medium: UTF-16 units, little-endian, in which unpaired surrogates are legal. They never go
/// through an encoder, which would replace those.
/// </summary>
internal static class NameUnits
{
    public static char At(ReadOnlySpan<byte> units, int index) =>
        (char)BinaryPrimitives.ReadUInt16LittleEndian(units[(index * 2)..]);

    public static bool AreEqual(ReadOnlySpan<byte> units, ReadOnlySpan<char> name)
    {
        if (units.Length != name.Length * 2)
        {
            return false;
        }

        for (int i = 0; i < name.Length; i++)
        {
            if (At(units, i) != name[i])
            {
                return false;
            }
        }

        return true;
    }

    public static string ToString(ReadOnlySpan<byte> units) =>
        string.Create(units.Length / 2, units, static (name, source) =>
        {
            for (int i = 0; i < name.Length; i++)
            {
                name[i] = At(source, i);
            }
        });
}
