using IscsiMount.Primitives;
using Xunit;

namespace IscsiMount.Testing.Tests;

public sealed class AttemptTests
{
    [Fact]
    public void What_can_be_read_is_the_value()
    {
        Assert.Equal(7, Attempt.Read(() => 7));
        Assert.Equal("seven", Attempt.ReadObject(() => "seven"));
    }

    [Fact]
    public void A_broken_rule_is_no_value()
    {
        Assert.Null(Attempt.Read<int>(() => throw new ProtocolViolationException("RFC 7143 §11.8", "nonsense")));
        Assert.Null(Attempt.Read<int>(() => throw new DamagedMediumException("boot sector", "nonsense")));
        Assert.Null(Attempt.ReadObject<string>(() => throw new DamagedMediumException("boot sector", "nonsense")));
    }

    [Theory]
    [InlineData(typeof(OverflowException))]
    [InlineData(typeof(IndexOutOfRangeException))]
    [InlineData(typeof(ArgumentOutOfRangeException))]
    public void A_bug_of_the_reader_passes_through(Type bug)
    {
        Assert.Throws(bug, () => Attempt.Read<int>(() => throw (Exception)Activator.CreateInstance(bug)!));
    }
}
