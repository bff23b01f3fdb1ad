using System.Buffers.Binary;

namespace IscsiMount.FileSystems.Ntfs.Writing.Content;

/// <summary>Names of streams as they stand on the medium.</summary>
internal static class NameBytes
{
    public static byte[] Of(ReadOnlySpan<char> name)
    {
        byte[] bytes = new byte[name.Length * 2];
        for (int i = 0; i < name.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * 2), name[i]);
        }

        return bytes;
    }
}
