using System.Threading.Channels;

namespace IscsiMount.Primitives;

/// <summary>Lets one in at a time: a channel that holds one permit (docs/adr/0004).</summary>
public sealed class AsyncGate
{
    private readonly Channel<bool> _permits = Channel.CreateBounded<bool>(1);

    public AsyncGate() => Leave();

    /// <summary>The gate is open to the next one when the permit is disposed of.</summary>
    public async ValueTask<Permit> EnterAsync(CancellationToken cancellationToken)
    {
        await _permits.Reader.ReadAsync(cancellationToken);
        return new Permit(this);
    }

    private void Leave() => _permits.Writer.TryWrite(true);

    /// <summary>The right to be inside. It is disposed of once.</summary>
    public readonly record struct Permit : IDisposable
    {
        private readonly AsyncGate _gate;

        internal Permit(AsyncGate gate) => _gate = gate;

        public void Dispose() => _gate.Leave();
    }
}
