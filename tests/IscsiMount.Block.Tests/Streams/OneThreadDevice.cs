using System.Collections.Concurrent;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Block.Tests.Streams;

/// <summary>Memory whose calls all end on one thread, inline, as those of a connection do.</summary>
internal sealed class OneThreadDevice : IBlockDevice
{
    private readonly MemoryBlockDevice _memory = new(64, 512);
    private readonly BlockingCollection<Action> _answers = [];
    private readonly Thread _receiver;
    private bool _failsOnce;

    public OneThreadDevice()
    {
        _receiver = new Thread(Receive) { IsBackground = true };
        _receiver.Start();
    }

    public int BlockLength => _memory.BlockLength;

    public ulong BlockCount => _memory.BlockCount;

    public BlockDeviceTraits Traits => _memory.Traits;

    /// <summary>Lets the next read fail.</summary>
    public void FailOnce() => Volatile.Write(ref _failsOnce, true);

    public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken) =>
        Interlocked.Exchange(ref _failsOnce, false)
            ? AnswerAsync(() => throw new InjectedFaultException($"reading {range}"))
            : AnswerAsync(() => MustBeDone(_memory.ReadAsync(range, destination, cancellationToken)));

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken) =>
        AnswerAsync(() => MustBeDone(_memory.WriteAsync(range, source, cancellationToken)));

    public ValueTask FlushAsync(CancellationToken cancellationToken) => AnswerAsync(() => { });

    public ValueTask DisposeAsync()
    {
        _answers.CompleteAdding();
        _receiver.Join(ForeignTool.DefaultLimit);
        _answers.Dispose();
        return _memory.DisposeAsync();
    }

    // Memory answers at once.
    private static void MustBeDone(ValueTask call) => Assert.True(call.IsCompletedSuccessfully);

    private ValueTask AnswerAsync(Action work)
    {
        // Without the option that the rest of the product uses: what waits goes on inline.
        var answer = new TaskCompletionSource();
        _answers.Add(() =>
        {
            try
            {
                work();
            }
            catch (InjectedFaultException fault)
            {
                answer.SetException(fault);
                return;
            }

            answer.SetResult();
        });
        return new ValueTask(answer.Task);
    }

    private void Receive()
    {
        foreach (Action answer in _answers.GetConsumingEnumerable())
        {
            answer();
        }
    }
}
