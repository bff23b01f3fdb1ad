using static System.Buffers.Binary.BinaryPrimitives;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Indexes;

/// <summary>The capitals of a volume, by which its names are ordered.</summary>
internal sealed class UpCase
{
    public const int Size = 2 * UnitCount;

    private const int UnitCount = 65_536;

    private readonly ushort[] _capitals = new ushort[UnitCount];

    private UpCase()
    {
    }

    /// <summary>Nothing if it is not such a table: letters do not become capitals, or other signs change.</summary>
    public static UpCase? Find(ReadOnlySpan<byte> content)
    {
        if (content.Length != Size)
        {
            return null;
        }

        var table = new UpCase();
        for (int i = 0; i < UnitCount; i++)
        {
            table._capitals[i] = ReadUInt16LittleEndian(content[(2 * i)..]);
        }

        return table.IsPlausible() ? table : null;
    }

    /// <summary>Units after capitals, then shorter names first, then the units themselves.</summary>
    public int Compare(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        int common = Math.Min(first.Length, second.Length);
        for (int i = 0; i < common; i += 2)
        {
            ushort one = _capitals[ReadUInt16LittleEndian(first[i..])];
            ushort other = _capitals[ReadUInt16LittleEndian(second[i..])];
            if (one != other)
            {
                return one.CompareTo(other);
            }
        }

        return first.Length != second.Length ? first.Length.CompareTo(second.Length) : CompareUnits(first, second);
    }

    private static int CompareUnits(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        for (int i = 0; i < first.Length; i += 2)
        {
            int order = ReadUInt16LittleEndian(first[i..]).CompareTo(ReadUInt16LittleEndian(second[i..]));
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    // ASCII is the same on all volumes, whatever version made the table.
    private bool IsPlausible()
    {
        for (int i = 0; i < 128; i++)
        {
            int capital = i is >= 'a' and <= 'z' ? i - 'a' + 'A' : i;
            if (_capitals[i] != capital)
            {
                return false;
            }
        }

        return true;
    }
}
