using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Indexes;

/// <summary>
/// The order of names on one volume. It is made by the volume's own table of upper-case letters; that of the runtime
/// differs in hundreds of code points and would not find what Windows has written.
/// </summary>
internal sealed class UpCaseTable
{
    public const int SizeBytes = 65_536 * 2;

    private readonly char[] _upper;

    /// <param name="content">The content of $UpCase.</param>
    public UpCaseTable(ReadOnlySpan<byte> content)
    {
        Medium.Holds(content.Length == SizeBytes, "$UpCase", "it has not one word for each unit");

        _upper = new char[content.Length / 2];
        for (int i = 0; i < _upper.Length; i++)
        {
            _upper[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(content[(i * 2)..]);
        }
    }

    /// <summary>
    /// Compares a name with one on the medium: first as if both were in upper case, and the shorter one first. What is
    /// equal so is compared unit by unit, since POSIX names may differ in case alone.
    /// </summary>
    public int Compare(ReadOnlySpan<char> name, ReadOnlySpan<byte> units)
    {
        int otherLength = units.Length / 2;
        int length = Math.Min(name.Length, otherLength);
        int firstDifference = 0;
        for (int i = 0; i < length; i++)
        {
            char left = name[i];
            char right = NameUnits.At(units, i);
            if (left == right)
            {
                continue;
            }

            int difference = _upper[left] - _upper[right];
            if (difference != 0)
            {
                return difference;
            }

            firstDifference = firstDifference == 0 ? left - right : firstDifference;
        }

        return name.Length != otherLength ? name.Length - otherLength : firstDifference;
    }

    /// <summary>Whether a name and one on the medium differ in case at most.</summary>
    public bool AreEqualIgnoringCase(ReadOnlySpan<char> name, ReadOnlySpan<byte> units)
    {
        if (units.Length != name.Length * 2)
        {
            return false;
        }

        for (int i = 0; i < name.Length; i++)
        {
            if (_upper[name[i]] != _upper[NameUnits.At(units, i)])
            {
                return false;
            }
        }

        return true;
    }
}
