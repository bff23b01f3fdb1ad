using IscsiMount.FileSystems;
using IscsiMount.Mounting.Fuse.Inodes;
using IscsiMount.Primitives;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests.Inodes;

public sealed class InodeTableTests
{
    private static readonly FileId Root = new(5, 5);

    private readonly InodeTable _table = new(Root);

    [Fact]
    public void The_root_is_one_and_is_never_forgotten()
    {
        Inode root = _table.Refer(Root);

        Assert.Equal(1UL, root.Number);
        Assert.Null(_table.Forget(1, 1000));
        Assert.Same(root, _table.Get(1));
    }

    [Theory]
    [InlineData(64, 64)]
    [InlineData(2, 2)]
    [InlineData(0, 0x4000_0000_0000_0000)]
    [InlineData(1, 0x4000_0000_0000_0001)]
    public void A_file_has_the_number_of_its_format_unless_the_kernel_reserves_it(ulong number, ulong expected)
    {
        var id = new FileId(number, 1);

        Assert.Equal(expected, _table.NumberOf(id));
        Assert.Equal(expected, _table.Refer(id).Number);
        Assert.Equal(expected, _table.NumberOf(id));
    }

    [Fact]
    public void An_inode_is_there_until_its_last_reference_is_forgotten()
    {
        Inode inode = _table.Refer(new FileId(64, 1));
        _table.Refer(new FileId(64, 1));
        _table.Refer(new FileId(64, 1));

        Assert.Null(_table.Forget(64, 2));
        Assert.Same(inode, _table.Get(64));
        Assert.Same(inode, _table.Forget(64, 1));
        Assert.Throws<InvariantViolationException>(() => _table.Get(64));
    }

    [Fact]
    public void Two_files_that_have_a_number_one_after_the_other_have_two_inodes()
    {
        Inode earlier = _table.Refer(new FileId(64, 1));
        Inode later = _table.Refer(new FileId(64, 2));

        Assert.NotEqual(earlier.Number, later.Number);
        Assert.Equal(new FileId(64, 1), _table.Get(earlier.Number).Id);
        Assert.Equal(new FileId(64, 2), _table.Get(later.Number).Id);
        Assert.Same(later, _table.Refer(new FileId(64, 2)));
    }

    [Fact]
    public void More_is_not_forgotten_than_was_referred_to()
    {
        _table.Refer(new FileId(64, 1));

        Assert.Throws<InvariantViolationException>(() => _table.Forget(64, 2));
    }

    [Theory, Seeds(50)]
    public void Whatever_comes_and_goes_numbers_are_unique_and_lead_to_their_files(int seed)
    {
        var chance = new Random(seed);
        var held = new List<Inode>();

        for (int step = 0; step < 500; step++)
        {
            if (chance.Next(3) > 0 || held.Count == 0)
            {
                held.Add(_table.Refer(new FileId((ulong)chance.Next(0, 20), (uint)chance.Next(1, 4))));
            }
            else
            {
                int index = chance.Next(held.Count);
                _table.Forget(held[index].Number, 1);
                held.RemoveAt(index);
            }

            Assert.All(held, inode => Assert.Same(inode, _table.Get(inode.Number)));
        }

        Assert.Equal(held.Distinct().Count() + 1, _table.Count);
    }
}
