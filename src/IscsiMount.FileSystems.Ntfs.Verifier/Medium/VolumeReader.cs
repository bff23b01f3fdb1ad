using IscsiMount.Block;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Medium;

/// <summary>Reads bytes of a device that only knows blocks. What is small and near is kept for a while.</summary>
/// <remarks>One verification owns it; it is not safe for concurrent use.</remarks>
internal sealed class VolumeReader(IBlockDevice device)
{
    // LIMIT: index blocks of one directory lie close together, and 16 MiB hold the neighbourhood of a large one.
    private const int UnitSize = 64 << 10;
    private const int UnitCount = 256;

    private readonly Dictionary<ulong, int> _slots = [];
    private readonly Unit[] _units = new Unit[UnitCount];
    private int _hand;

    /// <summary>Bytes of the device.</summary>
    public ulong Size { get; } = device.BlockCount * (ulong)device.BlockLength;

    /// <summary>Whether the device has these bytes.</summary>
    public bool Holds(long offset, int length) => (ulong)offset <= Size && (ulong)length <= Size - (ulong)offset;

    /// <summary>Reads any bytes within the device. Whole blocks go straight into the buffer.</summary>
    public async ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        long blockLength = device.BlockLength;
        long head = offset % blockLength;
        long length = (head + destination.Length + blockLength - 1) / blockLength * blockLength;
        var range = new BlockRange((ulong)(offset / blockLength), (uint)(length / blockLength));
        if (length == destination.Length)
        {
            await device.ReadAsync(range, destination, cancellationToken);
            return;
        }

        byte[] blocks = new byte[length];
        await device.ReadAsync(range, blocks, cancellationToken);
        blocks.AsMemory((int)head, destination.Length).CopyTo(destination);
    }

    /// <summary>Reads a small structure by way of the units that are kept.</summary>
    public async ValueTask ReadNearAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        while (!destination.IsEmpty)
        {
            ulong number = (ulong)offset / UnitSize;
            int start = (int)((ulong)offset % UnitSize);
            Unit unit = await GetAsync(number, cancellationToken);
            int length = Math.Min(destination.Length, unit.Bytes.Length - start);
            unit.Bytes.AsMemory(start, length).CopyTo(destination);
            destination = destination[length..];
            offset += length;
        }
    }

    private async ValueTask<Unit> GetAsync(ulong number, CancellationToken cancellationToken)
    {
        if (_slots.TryGetValue(number, out int found))
        {
            _units[found].IsWanted = true;
            return _units[found];
        }

        int length = (int)Math.Min(UnitSize, Size - (number * UnitSize));
        var unit = new Unit(number, new byte[length]);
        await ReadAsync((long)(number * UnitSize), unit.Bytes, cancellationToken);
        Keep(unit);
        return unit;
    }

    // A clock: whoever was asked for since the hand passed stays for one more round.
    private void Keep(Unit unit)
    {
        while (_units[_hand] is { IsWanted: true } other)
        {
            other.IsWanted = false;
            _hand = (_hand + 1) % UnitCount;
        }

        if (_units[_hand] is { } old)
        {
            _slots.Remove(old.Number);
        }

        _units[_hand] = unit;
        _slots[unit.Number] = _hand;
        _hand = (_hand + 1) % UnitCount;
    }

    private sealed class Unit(ulong number, byte[] bytes)
    {
        public ulong Number { get; } = number;

        public byte[] Bytes { get; } = bytes;

        public bool IsWanted { get; set; }
    }
}
