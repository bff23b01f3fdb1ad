using IscsiMount.Initiator.Commands;

namespace IscsiMount.Initiator.Connections;

/// <summary>
/// Notices that time passes: asks a silent target whether it is alive, aborts commands that take too long, and gives
/// the connection up when neither helps.
/// </summary>
internal sealed class KeepAlive(Connection connection, SessionOptions options, TimeProvider time)
{
    // A silence is noticed within a quarter of the interval.
    private const uint TicksPerInterval = 4;

    private readonly TaskSet _tasks = connection.Tasks!;
    private readonly TimeSpan _tick = options.KeepAliveInterval / TicksPerInterval;
    private bool _isProbing;

    private uint CommandPatience => (uint)Math.Min(Math.Ceiling(options.CommandTimeout / _tick), int.MaxValue);

    /// <summary>Runs until the connection is given up.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_tick, time, connection.GivingUp);
                Beat();
            }
        }
        catch (OperationCanceledException)
        {
            // The connection is over, and so is the watch.
        }
    }

    private void Beat()
    {
        _tasks.Tick = unchecked(_tasks.Tick + 1);
        uint silence = unchecked(_tasks.Tick - connection.LastReceivedTick);
        if (silence < TicksPerInterval)
        {
            _isProbing = false;
        }
        else if (!_isProbing)
        {
            _isProbing = true;
            connection.Submit(new PingRequest());
        }
        else if (silence > 2 * TicksPerInterval)
        {
            connection.Fail(new SessionEndedException(
                SessionEndReason.TargetSilent,
                $"The target has been silent for {2 * options.KeepAliveInterval.TotalSeconds:0.#} s."));
        }

        if (!_tasks.Ladder.Climb(CommandPatience, options.CommandTimeout))
        {
            connection.Fail(new SessionEndedException(
                SessionEndReason.TargetSilent,
                "The target neither ended a command nor aborted it, and a reset of its unit did not help."));
        }

        connection.RequestSend(0);
    }
}
