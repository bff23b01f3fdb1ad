using Xunit;

namespace IscsiMount.Control.Tests;

public sealed class OperationIdTests
{
    [Fact]
    public void What_was_created_is_read_back()
    {
        var id = OperationId.Create();

        Assert.True(OperationId.TryParse(id.Text, out OperationId read));
        Assert.Equal(id, read);
    }

    [Fact]
    public void Two_are_never_the_same()
    {
        Assert.NotEqual(OperationId.Create(), OperationId.Create());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcde")]
    [InlineData("0123456789abcdef0123456789abcdeg")]
    [InlineData("0123456789abcdef0123456789abcdef0")]
    [InlineData(" 123456789abcdef0123456789abcdef")]
    public void What_is_not_32_digits_is_none(string? text)
    {
        Assert.False(OperationId.TryParse(text, out _));
    }
}
