using IscsiMount.Initiator.Tests.Support;
using IscsiMount.Protocol.Authentication;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Names;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;

namespace IscsiMount.Initiator.Tests.Tgt;

public sealed class TgtLoginTests
{
    [Theory, Requirement("CHAP-01", "CHAP-02", "CHAP-08", "CHAP-10")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Secrets_are_proved_although_tgt_misreads_the_number_of_our_best_hash(bool isMutual)
    {
        await using TgtDisk disk = await StartWithSecretsAsync();
        using var secrets = new Secrets(target: isMutual ? Secrets.OfTarget : null);

        foreach (ChapAlgorithm[] algorithms in (ChapAlgorithm[][])[[], [ChapAlgorithm.Sha1, ChapAlgorithm.Md5]])
        {
            await using Session session = await disk.LoginAsync(secrets.Apply(Initiators.Options, algorithms));
            Assert.Equal(SessionState.LoggedIn, session.Snapshot().State);
        }
    }

    [Fact, Requirement("CHAP-09", "CHAP-10")]
    public async Task A_wrong_secret_of_either_side_ends_the_login()
    {
        await using TgtDisk disk = await StartWithSecretsAsync();
        using var wrong = new Secrets("secret-of-others", Secrets.OfTarget);
        using var wrongTarget = new Secrets(target: "target-secret-13");

        var refused = await Assert.ThrowsAsync<LoginRefusedException>(
            () => disk.LoginAsync(wrong.Apply(Initiators.Options)));
        var left = await Assert.ThrowsAsync<LoginRefusedException>(
            () => disk.LoginAsync(wrongTarget.Apply(Initiators.Options)));

        Assert.Equal(LoginStatus.AuthenticationFailure, refused.Status);
        Assert.Equal(LoginObjection.Proof, left.Objection);
    }

    [Theory, Requirement("LOGIN-18")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_redirection_of_tgt_is_followed_with_all_proofs(bool isPermanent)
    {
        // tgt sends nobody to the address that it is asked at, whatever the port.
        await using TgtDisk disk = await StartWithSecretsAsync($"127.0.0.2:{FreePort.Next()}");
        await using TgtDisk origin = await StartWithSecretsAsync();
        PortalAddress portal = Initiators.Portal(disk.Target.Portal);
        await origin.Target.RedirectAsync(portal.Host, portal.Port, isPermanent);
        using var secrets = new Secrets(target: Secrets.OfTarget);

        await using Session session = await origin.LoginAsync(secrets.Apply(Initiators.Options));

        Assert.Equal(disk.Target.Portal, session.Portal.ToString());
        Assert.Equal(disk.Target.Portal, session.Snapshot().RemoteAddress);
    }

    [Fact, Requirement("ADDR-01", "ADDR-02")]
    public async Task A_portal_may_have_an_IPv6_address()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.Join("disk.img"), new byte[1 << 20], CancellationToken.None);
        await using TgtTarget target =
            await TgtTarget.StartAsync(folder.Join("disk.img"), $"[::1]:{FreePort.Next()}");
        PortalAddress portal = Initiators.Portal(target.Portal);

        await using Session session = await Session.LoginAsync(
            portal, TgtTarget.Name, Initiators.Options, Initiators.OverTcp(), CancellationToken.None);

        Assert.Equal(("::1", target.Portal), (session.Portal.Host, session.Snapshot().RemoteAddress));
    }

    private static async Task<TgtDisk> StartWithSecretsAsync(string? portal = null)
    {
        TgtDisk disk = await TgtDisk.StartAsync(portal);
        await disk.Target.DemandChapAsync(Secrets.User, Secrets.OfUser);
        await disk.Target.ProveItselfAsync(Secrets.Target, Secrets.OfTarget);
        return disk;
    }
}
