using IscsiMount.Initiator;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Xunit;

namespace IscsiMount.Conformance.Tests.Initiator;

/// <summary>What a session knows of its target's addresses when its connection is lost.</summary>
public sealed class RedirectionTests : IDisposable
{
    private const string Origin = "target.test:3260";
    private const string Other = "other.test:3261";

    private readonly ScriptedTarget _target = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _target.Dispose();

    [Theory, Requirement("LOGIN-18"), Rfc7143("11.13.5")]
    [InlineData(0x0101, Origin)]
    [InlineData(0x0102, Other)]
    public async Task A_target_that_moved_for_good_is_not_asked_at_its_old_address_again(int code, string asked)
    {
        Session session = await LoginAsync((ushort)code);

        _target.Abort();
        await ExpectCallAsync(session, count: 3);

        Assert.Equal([Origin, Other, asked], _target.Calls);
        _target.AcceptLogin();
        await EndAsync(session);
    }

    [Fact, Requirement("LOGIN-18")]
    public async Task A_target_that_is_not_where_it_moved_to_is_looked_for_where_it_was()
    {
        Session session = await LoginAsync(LoginStatus.TargetMovedPermanently.Code);

        _target.Abort();
        await ExpectCallAsync(session, count: 3);
        _target.Accept();
        _target.Abort();
        await ExpectCallAsync(session, count: 4);

        Assert.Equal([Origin, Other, Other, Origin], _target.Calls);
        _target.AcceptLogin();
        await EndAsync(session);
    }

    private async Task<Session> LoginAsync(ushort code)
    {
        SessionOptions options = Stage.Options with { ReconnectTimeout = TimeSpan.FromMinutes(1) };
        Task<Session> login = Session.LoginAsync(
            Stage.Portal, ScriptedTarget.Name, options, Stage.Services(_target, _time), CancellationToken.None);
        _target.Accept();
        _target.Refuse(_target.Expect<LoginRequest>(), new LoginStatus(code), [$"TargetAddress={Other}"]);
        _target.AcceptLogin();
        return await login;
    }

    private Task ExpectCallAsync(Session session, int count) => Eventually.HoldsAsync(() =>
    {
        DateTimeOffset? next = session.Snapshot().Recovery?.NextAttempt;
        if (next > _time.GetUtcNow())
        {
            _time.Advance(next.Value - _time.GetUtcNow());
        }

        return _target.Calls.Count >= count;
    });

    private async Task EndAsync(Session session)
    {
        await Eventually.HoldsAsync(() => session.Snapshot().State == SessionState.LoggedIn);
        Task ended = session.DisposeAsync().AsTask();
        _target.Abort();
        await ended;
    }
}
