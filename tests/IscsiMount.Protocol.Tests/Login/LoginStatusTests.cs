using IscsiMount.Protocol.Login;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Protocol.Tests.Login;

public sealed class LoginStatusTests
{
    [Theory, Rfc7143("11.13.5"), Requirement("LOGIN-16")]
    [InlineData(0x0000, true, false, false, "the login goes on")]
    [InlineData(0x0101, false, true, false, "the target has moved for a while")]
    [InlineData(0x0203, false, false, false, "there is no target of this name")]
    [InlineData(0x0302, false, false, true, "the target has no resources for another session at the moment")]
    [InlineData(0x02FF, false, false, false, "the target refuses our login")]
    [InlineData(0x03FF, false, false, true, "the target failed")]
    [InlineData(0x7F00, false, false, false, "the target gave a status that nobody has defined")]
    public void The_class_tells_what_to_do(int code, bool success, bool redirection, bool later, string meaning)
    {
        LoginStatus status = new((ushort)code);

        Assert.Equal(
            (success, redirection, later, meaning),
            (status.IsSuccess, status.IsRedirection, status.MaySucceedLater, status.Meaning));
    }
}
