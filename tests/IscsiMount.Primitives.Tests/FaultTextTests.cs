using Xunit;

namespace IscsiMount.Primitives.Tests;

public sealed class FaultTextTests
{
    [Fact]
    public void A_rule_that_holds_puts_no_words_together()
    {
        int formatted = 0;

        Rule.Holds(true, "RFC 7143 §11", $"{++formatted} bytes");
        Medium.Holds(true, $"record {++formatted}", $"{++formatted} bytes");

        Assert.Equal(0, formatted);
    }

    [Fact]
    public void A_rule_that_holds_allocates_nothing()
    {
        int length = 5;
        long before = GC.GetAllocatedBytesForCurrentThread();

        Rule.Holds(length == 5, "RFC 7143 §11", $"a segment has {length} bytes");
        Medium.Holds(length == 5, $"record {length}", $"{length:X4} bytes");

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_broken_rule_tells_what_was_seen_whether_composed_or_not()
    {
        string[] messages =
        [
            Assert.Throws<ProtocolViolationException>(() => Rule.Holds(false, "R", $"{12,4} of {255:X4}")).Message,
            Assert.Throws<ProtocolViolationException>(() => Rule.Holds(false, "R", "as it is")).Message,
            Assert.Throws<DamagedMediumException>(() => Medium.Holds(false, $"record {7}", "torn")).Message,
            Assert.Throws<DamagedMediumException>(() => Medium.Holds(false, "boot sector", $"{"x"} {3}")).Message,
        ];

        Assert.Equal(["  12 of 00FF (R)", "as it is (R)", "record 7: torn", "boot sector: x 3"], messages);
    }
}
