using IscsiMount.Mounting.Fuse.Requests;
using Xunit;

namespace IscsiMount.Mounting.Fuse.Tests.Requests;

/// <summary>Signal n is bit n - 1: SIGINT 2, SIGUSR1 10, SIGALRM 14, SIGTERM 15, SIGCHLD 17, SIGTSTP 20.</summary>
public sealed class ClientSignalsTests
{
    private const ulong Kill = 1ul << 8;
    private const ulong User1 = 1ul << 9;
    private const ulong Terminate = 1ul << 14;
    private const ulong Child = 1ul << 16;
    private const ulong TerminalStop = 1ul << 19;

    [Theory]
    [InlineData(0, 0, 0, 0, 0, false)]
    [InlineData(Kill, 0, 0, 0, 0, true)]
    [InlineData(0, Kill, 0, 0, 0, true)]
    [InlineData(Kill | User1, 0, 0, 0, User1, true)]
    [InlineData(0, Terminate, 0, 0, 0, true)]
    [InlineData(0, Terminate, Terminate, 0, 0, false)]
    [InlineData(0, Terminate, 0, Terminate, 0, false)]
    [InlineData(0, Terminate, 0, 0, Terminate, false)]
    [InlineData(User1, 0, 0, 0, Terminate, true)]
    [InlineData(Child, TerminalStop, 0, 0, 0, false)]
    public void A_thread_ends_by_a_signal_that_it_neither_catches_nor_survives(
        ulong ofThread, ulong ofProcess, ulong blocked, ulong ignored, ulong caught, bool willEnd)
    {
        string[] status =
        [
            "Name:\tperl: the program", "Pid:\t4711", "SigQ:\t0/951", $"SigPnd:\t{ofThread:x16}",
            $"ShdPnd:\t{ofProcess:x16}", $"SigBlk:\t{blocked:x16}", $"SigIgn:\t{ignored:x16}", $"SigCgt:\t{caught:x16}",
        ];

        Assert.Equal(willEnd, ClientSignals.WillEnd(status));
    }

    [Fact]
    public void A_thread_that_runs_on_does_not_end() => Assert.False(ClientSignals.WillEnd(Environment.ProcessId));

    [Fact]
    public void A_thread_that_is_not_there_has_ended() => Assert.True(ClientSignals.WillEnd(int.MaxValue));
}
