using IscsiMount.Block;
using IscsiMount.Initiator.Tests.Support;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;

namespace IscsiMount.Initiator.Tests.Istgt;

public sealed class IstgtSessionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _content = new byte[1 << 20];

    public IstgtSessionTests()
    {
        new Random(5).NextBytes(_content);
        File.WriteAllBytes(Image, _content);
    }

    private string Image => _folder.Join("disk.img");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_written_is_read_back_and_stands_in_the_image()
    {
        await using IstgtTarget target = await IstgtTarget.StartAsync(Image);
        Session session = await LoginAsync(target, Initiators.Options with { DataDigest = DigestPolicy.On });
        LogicalUnit unit = await session.OpenLogicalUnitAsync(default(LogicalUnitNumber), CancellationToken.None);
        byte[] written = new byte[64 * 1024];
        byte[] read = new byte[_content.Length];
        new Random(6).NextBytes(written);

        await unit.WriteAsync(new BlockRange(100, 128), written, CancellationToken.None);
        await unit.FlushAsync(CancellationToken.None);
        await unit.ReadAsync(new BlockRange(0, (uint)(read.Length / 512)), read, CancellationToken.None);
        await session.LogoutAsync(CancellationToken.None);

        written.CopyTo(_content, 100 * 512);
        byte[] image = await File.ReadAllBytesAsync(Image, CancellationToken.None);
        Assert.True(_content.AsSpan().SequenceEqual(read));
        Assert.True(_content.AsSpan().SequenceEqual(image));
    }

    [Fact, Requirement("CHAP-01", "CHAP-02", "CHAP-08")]
    public async Task A_secret_lets_us_in_and_another_one_does_not()
    {
        await using IstgtTarget target =
            await IstgtTarget.StartAsync(Image, $"\"{Secrets.User}\" \"{Secrets.OfUser}\"");
        using var right = new Secrets();
        using var wrong = new Secrets("secret-of-others");

        await using Session session = await LoginAsync(target, right.Apply(Initiators.Options));
        var refused = await Assert.ThrowsAsync<LoginRefusedException>(
            () => LoginAsync(target, wrong.Apply(Initiators.Options)));
        var without = await Assert.ThrowsAsync<LoginRefusedException>(() => LoginAsync(target, Initiators.Options));

        Assert.Equal(LoginStatus.AuthenticationFailure, refused.Status);
        Assert.True(without.IsAuthentication);
    }

    [Fact, Requirement("CHAP-10")]
    public async Task The_target_proves_itself_or_is_left()
    {
        await using IstgtTarget target = await IstgtTarget.StartAsync(
            Image, $"\"{Secrets.User}\" \"{Secrets.OfUser}\" \"{Secrets.Target}\" \"{Secrets.OfTarget}\"");
        using var right = new Secrets(target: Secrets.OfTarget);
        using var wrong = new Secrets(target: "target-secret-13");

        await using Session session = await LoginAsync(target, right.Apply(Initiators.Options));
        var left = await Assert.ThrowsAsync<LoginRefusedException>(
            () => LoginAsync(target, wrong.Apply(Initiators.Options)));

        Assert.Equal(LoginObjection.Proof, left.Objection);
    }

    private static Task<Session> LoginAsync(IstgtTarget target, SessionOptions options) => Session.LoginAsync(
        Initiators.Portal(target.Portal), IstgtTarget.Name, options, Initiators.OverTcp(), CancellationToken.None);
}
