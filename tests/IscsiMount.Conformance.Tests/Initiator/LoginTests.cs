using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using IscsiMount.Transport;
using Xunit;

namespace IscsiMount.Conformance.Tests.Initiator;

public sealed class LoginTests : IDisposable
{
    private readonly ScriptedTarget _target = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _target.Dispose();

    [Fact, Requirement("LOGIN-01", "LOGIN-05"), Rfc7143("11.12")]
    public async Task One_request_at_a_time_goes_out_all_with_the_same_identity()
    {
        Task<Session> login = StartLogin(CancellationToken.None);
        _target.Accept();

        LoginRequest first = _target.Expect<LoginRequest>();
        bool isAlone = !_target.HasUnread;
        _target.Answer(first, LoginStage.LoginOperationalNegotiation, []);
        LoginRequest second = _target.Expect<LoginRequest>();
        _target.Answer(second, LoginStage.FullFeaturePhase, []);

        Session session = await login;
        Assert.True(isAlone);
        Assert.Equal(
            (first.Isid, first.Tsih, first.ConnectionId, first.InitiatorTaskTag),
            (second.Isid, second.Tsih, second.ConnectionId, second.InitiatorTaskTag));
        Assert.Equal(77, session.Snapshot().Tsih);
        _target.Abort();
        await session.DisposeAsync();
    }

    [Fact, Requirement("LOGIN-03"), Rfc7143("4.2.4")]
    public async Task Anything_but_a_login_response_ends_the_connection()
    {
        Task<Session> login = StartLogin(CancellationToken.None);
        _target.Accept();
        _target.Expect<LoginRequest>();

        _target.Ping(default, 1);

        await Assert.ThrowsAsync<ProtocolViolationException>(() => login);
        _target.ExpectEnd();
    }

    [Theory, Requirement("LOGIN-12", "LOGIN-16"), Rfc7143("11.13.5")]
    [InlineData(0x0201, true, false)]
    [InlineData(0x0203, false, false)]
    [InlineData(0x0301, false, true)]
    public async Task A_refusal_is_told_as_the_target_meant_it(ushort code, bool isAuthentication, bool isTransient)
    {
        Task<Session> login = StartLogin(CancellationToken.None);
        _target.Accept();

        _target.Refuse(_target.Expect<LoginRequest>(), new LoginStatus(code), []);

        var refused = await Assert.ThrowsAsync<LoginRefusedException>(() => login);
        Assert.Equal((isAuthentication, isTransient), (refused.IsAuthentication, refused.IsTransient));
        Assert.Equal(new LoginStatus(code), refused.Status);
        _target.ExpectEnd();
    }

    [Fact, Requirement("LOGIN-18"), Rfc7143("13.8")]
    public async Task A_redirection_is_followed_and_the_session_is_where_it_led()
    {
        Task<Session> login = StartLogin(CancellationToken.None);
        _target.Accept();
        _target.Refuse(
            _target.Expect<LoginRequest>(), LoginStatus.TargetMovedTemporarily, ["TargetAddress=[2001:db8::7]:3261"]);
        _target.AcceptLogin();

        Session session = await login;
        Assert.Equal(["target.test:3260", "2001:db8::7:3261"], _target.Calls);
        Assert.Equal(3261, session.Portal.Port);
        _target.Abort();
        await session.DisposeAsync();
    }

    [Fact, Requirement("LOGIN-18")]
    public async Task Redirections_that_go_in_circles_end()
    {
        Task<Session> login = StartLogin(CancellationToken.None);

        for (int i = 0; i < 9; i++)
        {
            _target.Accept();
            _target.Refuse(
                _target.Expect<LoginRequest>(), LoginStatus.TargetMovedPermanently, ["TargetAddress=other.test"]);
        }

        await Assert.ThrowsAsync<LoginRefusedException>(() => login);
        Assert.Equal(9, _target.Calls.Count);
    }

    [Fact, Requirement("LOGIN-19"), Rfc7143("10.3")]
    public async Task A_target_that_does_not_answer_is_given_up_after_the_time_for_a_login()
    {
        Task<Session> login = StartLogin(CancellationToken.None);
        _target.Accept();
        _target.Expect<LoginRequest>();

        _time.Advance(Stage.Options.LoginTimeout);

        var lost = await Assert.ThrowsAsync<ConnectionLostException>(() => login);
        Assert.Equal(ConnectFailure.TimedOut, lost.Failure);
    }

    [Fact]
    public async Task A_login_that_is_cancelled_ends_at_once()
    {
        using var cancelled = new CancellationTokenSource();
        Task<Session> login = StartLogin(cancelled.Token);
        _target.Accept();
        _target.Expect<LoginRequest>();

        cancelled.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => login);
    }

    [Fact]
    public async Task A_target_that_hangs_up_is_a_lost_connection()
    {
        Task<Session> login = StartLogin(CancellationToken.None);
        _target.Accept();
        _target.Expect<LoginRequest>();

        _target.Dispose();

        await Assert.ThrowsAsync<ConnectionLostException>(() => login);
    }

    [Fact]
    public async Task Options_that_cannot_be_used_are_refused_with_all_their_problems()
    {
        SessionOptions options = Stage.Options with
        {
            InitiatorName = "nobody",
            MaxRecvDataSegmentLength = 100,
            CommandsInFlightMax = 0,
            KeepAliveInterval = TimeSpan.Zero,
        };

        var misuse = await Assert.ThrowsAsync<ArgumentException>(() => Session.LoginAsync(
            Stage.Portal, ScriptedTarget.Name, options, Stage.Services(_target, _time), CancellationToken.None));

        Assert.All(
            ["InitiatorName", "MaxRecvDataSegmentLength", "CommandsInFlightMax", "KeepAliveInterval"],
            name => Assert.Contains(name, misuse.Message, StringComparison.Ordinal));
    }

    private Task<Session> StartLogin(CancellationToken cancellationToken) => Session.LoginAsync(
        Stage.Portal, ScriptedTarget.Name, Stage.Options, Stage.Services(_target, _time), cancellationToken);
}
