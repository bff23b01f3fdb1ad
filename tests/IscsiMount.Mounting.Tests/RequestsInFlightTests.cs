using IscsiMount.Primitives;
using Xunit;

namespace IscsiMount.Mounting.Tests;

public sealed class RequestsInFlightTests
{
    private readonly RequestsInFlight _requests = new();

    [Fact]
    public void Without_requests_there_is_nothing_to_wait_for() => _requests.WaitUntilNone();

    [Fact]
    public void Waiting_ends_with_the_last_request_and_not_before()
    {
        _requests.Enter();
        _requests.Enter();
        var waiter = new Thread(_requests.WaitUntilNone);
        waiter.Start();

        _requests.Leave();
        bool isWaiting = waiter.IsAlive;
        _requests.Leave();

        Assert.True(isWaiting);
        Assert.True(waiter.Join(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, _requests.Count);
    }

    [Fact]
    public void A_request_that_did_not_come_cannot_leave()
        => Assert.Throws<InvariantViolationException>(_requests.Leave);
}
