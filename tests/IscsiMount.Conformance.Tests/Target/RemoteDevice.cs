using IscsiMount.Block;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using Xunit;

namespace IscsiMount.Conformance.Tests.Target;

/// <summary>A disk behind our target, used through our initiator. It owns all of it.</summary>
internal sealed class RemoteDevice : IBlockDevice
{
    private readonly ServedTarget _target;
    private readonly LogicalUnit _unit;

    private RemoteDevice(ServedTarget target, LogicalUnit unit)
    {
        _target = target;
        _unit = unit;
    }

    public int BlockLength => _unit.BlockLength;

    public ulong BlockCount => _unit.BlockCount;

    public BlockDeviceTraits Traits => _unit.Traits;

    public static async ValueTask<IBlockDevice> OpenAsync(
        IBlockDevice device, SessionOptions? options = null, bool isReadOnly = false)
    {
        ServedTarget target = await ServedTarget.StartAsync([device], isReadOnly: isReadOnly);
        CancellationToken token = TestContext.Current.CancellationToken;
        Session session = await target.LoginAsync(options);
        return new RemoteDevice(target, await session.OpenLogicalUnitAsync(LogicalUnitNumber.FromIndex(0), token));
    }

    public ValueTask ReadAsync(BlockRange range, Memory<byte> destination, CancellationToken cancellationToken) =>
        _unit.ReadAsync(range, destination, cancellationToken);

    public ValueTask WriteAsync(BlockRange range, ReadOnlyMemory<byte> source, CancellationToken cancellationToken) =>
        _unit.WriteAsync(range, source, cancellationToken);

    public ValueTask FlushAsync(CancellationToken cancellationToken) => _unit.FlushAsync(cancellationToken);

    public ValueTask ClearAsync(BlockRange range, CancellationToken cancellationToken) =>
        _unit.ClearAsync(range, cancellationToken);

    public ValueTask<SpaceRun> FindSpaceAsync(ulong firstBlock, CancellationToken cancellationToken) =>
        _unit.FindSpaceAsync(firstBlock, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _unit.DisposeAsync();
        await _target.DisposeAsync();
    }
}
