using System.Security.Cryptography;
using IscsiMount.Initiator;
using IscsiMount.Protocol.Authentication;

namespace IscsiMount.Agent.Sessions;

/// <summary>
/// The proof of one session, whose secrets are kept as long as the session may have to be made again. Disposing of it
/// clears them.
/// </summary>
internal sealed class HeldChap : IDisposable
{
    private readonly InitiatorChapOptions _options;
    private readonly InitiatorChap _atLogin;
    private readonly InitiatorChap _atDiscovery;

    /// <exception cref="ArgumentException">The options cannot be used.</exception>
    public HeldChap(InitiatorChapOptions options, RandomNumberGenerator chance, ChallengeMemory issued)
    {
        _options = options;
        _atLogin = new InitiatorChap(options, chance, issued);

        // Many portals show their targets to everybody, and ask for a proof only where there is data.
        _atDiscovery = new InitiatorChap(options with { IsRequired = false }, chance, issued);
    }

    /// <summary>Whether the target proves itself, too.</summary>
    public bool IsMutual => _options.OfTarget is not null;

    public SessionOptions AtLogin(SessionOptions options) => options with { Authentication = _atLogin.Begin };

    public SessionOptions AtDiscovery(SessionOptions options) => options with { Authentication = _atDiscovery.Begin };

    public void Dispose()
    {
        _options.Own.Secret.Dispose();
        _options.OfTarget?.Secret.Dispose();
    }
}
