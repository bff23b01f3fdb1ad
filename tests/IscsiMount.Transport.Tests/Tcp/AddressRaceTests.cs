using System.Net;
using System.Net.Sockets;
using IscsiMount.Testing;
using IscsiMount.Transport.Tcp;
using Xunit;

namespace IscsiMount.Transport.Tests.Tcp;

public sealed class AddressRaceTests
{
    private static readonly IPAddress First = IPAddress.Parse("2001:db8::1");
    private static readonly IPAddress Second = IPAddress.Parse("192.0.2.2");

    private readonly ManualTime _time = new();

    [Fact]
    public async Task An_address_that_is_silent_costs_its_head_start_and_is_given_up()
    {
        using var givenUp = new ManualResetEventSlim();
        Task<Prize> race = Run([First, Second], (address, overtaken) =>
        {
            if (address.Equals(First))
            {
                overtaken.WaitHandle.WaitOne();
                givenUp.Set();
                throw new OperationCanceledException(overtaken);
            }

            return new Prize(address);
        }, CancellationToken.None);
        await Eventually.HoldsAsync(() => _time.PendingCount == 1);
        Assert.False(race.IsCompleted);

        _time.Advance(AddressRace<Prize>.HeadStart);

        Assert.Equal(Second, (await race).Address);
        await Eventually.HoldsAsync(() => givenUp.IsSet);
    }

    [Fact]
    public async Task An_address_that_refuses_makes_room_at_once()
    {
        Prize prize = await Run([First, Second], (address, _) => address.Equals(First)
            ? throw new SocketException((int)SocketError.ConnectionRefused)
            : new Prize(address), CancellationToken.None);

        Assert.Equal((Second, TimeSpan.Zero), (prize.Address, _time.Elapsed));
    }

    [Fact]
    public async Task Where_all_addresses_fail_the_last_one_says_why()
    {
        var failure = await Assert.ThrowsAsync<SocketException>(() => Run([First, Second], (address, _) =>
            throw new SocketException((int)(address.Equals(First)
                ? SocketError.NetworkUnreachable : SocketError.ConnectionRefused)), CancellationToken.None));

        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public async Task A_connection_that_comes_too_late_is_closed()
    {
        Prize? late = null;
        Prize prize = await RunPastHeadStartAsync([Second, First], (address, overtaken) =>
        {
            if (address.Equals(First))
            {
                return new Prize(address);
            }

            // The system had connected already when it was told to stop.
            overtaken.WaitHandle.WaitOne();
            late = new Prize(address);
            return late;
        });

        Assert.Equal((First, false), (prize.Address, prize.IsClosed));
        await Eventually.HoldsAsync(() => Volatile.Read(ref late) is { IsClosed: true });
    }

    [Fact]
    public async Task Who_gives_up_waits_no_longer()
    {
        using var givenUp = new CancellationTokenSource();
        Task<Prize> race = Run(
            [First, Second],
            (_, overtaken) =>
            {
                overtaken.WaitHandle.WaitOne();
                throw new OperationCanceledException(overtaken);
            },
            givenUp.Token);
        await Eventually.HoldsAsync(() => _time.PendingCount == 1);

        givenUp.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => race);
    }

    [Fact]
    public void The_families_take_turns()
    {
        IPAddress[] found = [First, IPAddress.Parse("2001:db8::2"), IPAddress.Parse("2001:db8::3"), Second];

        Assert.Equal(
            ["2001:db8::1", "192.0.2.2", "2001:db8::2", "2001:db8::3"],
            AddressRace<Prize>.Interleave(found).Select(each => each.ToString()));
        Assert.Empty(AddressRace<Prize>.Interleave([]));
    }

    private Task<Prize> Run(
        IPAddress[] addresses, Func<IPAddress, CancellationToken, Prize> connect, CancellationToken giveUp)
    {
        var race = new AddressRace<Prize>(connect, _time);
        return Task.Factory.StartNew(
            () => race.Run(addresses, giveUp),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private async Task<Prize> RunPastHeadStartAsync(
        IPAddress[] addresses, Func<IPAddress, CancellationToken, Prize> connect)
    {
        Task<Prize> race = Run(addresses, connect, CancellationToken.None);
        await Eventually.HoldsAsync(() => _time.PendingCount == 1);
        _time.Advance(AddressRace<Prize>.HeadStart);
        return await race;
    }

    private sealed class Prize(IPAddress address) : IDisposable
    {
        private volatile bool _isClosed;

        public IPAddress Address { get; } = address;

        public bool IsClosed => _isClosed;

        public void Dispose() => _isClosed = true;
    }
}
