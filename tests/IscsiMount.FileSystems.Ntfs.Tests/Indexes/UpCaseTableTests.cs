using System.Buffers.Binary;
using IscsiMount.FileSystems.Ntfs.Indexes;
using IscsiMount.Primitives;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Tests.Indexes;

public sealed class UpCaseTableTests
{
    // Knows the letters of ASCII, and that this volume thinks 'ß' is 'X': the table decides and not the runtime.
    private static readonly UpCaseTable Table = new(MakeTable());

    [Theory]
    [InlineData("abc", "ABD", -1)]
    [InlineData("B", "a", 1)]
    [InlineData("ab", "ABC", -1)]
    [InlineData("abc", "AB", 1)]
    [InlineData("same", "same", 0)]
    [InlineData("Same", "same", -1)]
    [InlineData("sAme", "saMe", -1)]
    [InlineData("ß", "W", 1)]
    [InlineData("ß", "y", -1)]
    [InlineData("ä", "Ä", 1)]
    [InlineData("", "a", -1)]
    public void Names_are_ordered_by_the_table_and_then_by_their_units(string left, string right, int order)
    {
        Assert.Equal(order, Math.Sign(Table.Compare(left, Units(right))));
        Assert.Equal(-order, Math.Sign(Table.Compare(right, Units(left))));
    }

    [Theory]
    [InlineData("Same", "sAME", true)]
    [InlineData("ß", "x", true)]
    [InlineData("ä", "Ä", false)]
    [InlineData("a", "aa", false)]
    public void Names_are_equal_but_for_case_by_the_table(string left, string right, bool areEqual)
    {
        Assert.Equal(areEqual, Table.AreEqualIgnoringCase(left, Units(right)));
    }

    // Attributes cannot carry unpaired surrogates, so these rows stand here.
    [Fact]
    public void Surrogates_are_units_like_others()
    {
        Assert.True(Table.Compare("\uD83D", Units("\uE000")) < 0);
        Assert.True(Table.Compare("\uD83D\uDE00", Units("\uD83D")) > 0);
        Assert.True(Table.AreEqualIgnoringCase("\uDE00x", Units("\uDE00X")));
    }

    [Theory, Seeds(100)]
    public void Any_three_names_are_in_an_order(int seed)
    {
        var chance = new Random(seed);
        string[] names = [Make(chance), Make(chance), Make(chance)];

        Array.Sort(names, (left, right) => Table.Compare(left, Units(right)));

        Assert.True(Table.Compare(names[0], Units(names[1])) <= 0);
        Assert.True(Table.Compare(names[1], Units(names[2])) <= 0);
        Assert.True(Table.Compare(names[0], Units(names[2])) <= 0);
    }

    [Fact]
    public void Unpaired_surrogates_survive_as_they_are()
    {
        const string name = "\uDC00a\uD800";

        Assert.Equal(name, NameUnits.ToString(Units(name)));
        Assert.True(NameUnits.AreEqual(Units(name), name));
    }

    [Fact]
    public void A_table_of_another_size_is_damage()
    {
        Assert.Throws<DamagedMediumException>(() => new UpCaseTable(new byte[UpCaseTable.SizeBytes - 2]));
    }

    private static string Make(Random chance) =>
        new([.. Enumerable.Range(0, chance.Next(1, 4)).Select(_ => "aAbBß\uD83D"[chance.Next(6)])]);

    private static byte[] Units(string name)
    {
        byte[] units = new byte[name.Length * 2];
        for (int i = 0; i < name.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(units.AsSpan(i * 2), name[i]);
        }

        return units;
    }

    private static byte[] MakeTable()
    {
        byte[] table = new byte[UpCaseTable.SizeBytes];
        for (int unit = 0; unit < 65_536; unit++)
        {
            int upper = unit is >= 'a' and <= 'z' ? unit - 32 : unit;
            upper = unit == 'ß' ? 'X' : upper;
            BinaryPrimitives.WriteUInt16LittleEndian(table.AsSpan(unit * 2), (ushort)upper);
        }

        return table;
    }
}
