using Xunit;

namespace IscsiMount.FileSystems.Tests;

public sealed class FsResultTests
{
    [Fact]
    public void A_value_is_an_answer_that_can_be_taken()
    {
        FsResult<string> result = "value";

        Assert.True(result.TryGet(out string? value));
        Assert.Equal(("value", FsStatus.Ok), (value, result.Status));
    }

    [Theory]
    [InlineData(FsStatus.NotFound)]
    [InlineData(FsStatus.DamagedFile)]
    [InlineData(FsStatus.StaleReference)]
    public void A_reason_is_an_answer_without_a_value(FsStatus reason)
    {
        FsResult<int> result = reason;

        Assert.False(result.TryGet(out _));
        Assert.Equal(reason, result.Status);
    }

    [Fact]
    public void Two_answers_are_equal_if_reason_and_value_are()
    {
        Assert.Equal<FsResult<int>>(7, 7);
        Assert.NotEqual<FsResult<int>>(7, 8);
        Assert.NotEqual<FsResult<int>>(0, FsStatus.NotFound);
    }
}
