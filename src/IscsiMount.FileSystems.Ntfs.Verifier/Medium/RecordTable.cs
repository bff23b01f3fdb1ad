namespace IscsiMount.FileSystems.Ntfs.Verifier.Medium;

/// <summary>What has been learnt of a record.</summary>
[Flags]
internal enum RecordFlags
{
    None = 0,

    /// <summary>A base record in use, which could be read.</summary>
    InUse = 1,
    Directory = 2,

    /// <summary>It holds something that cannot be read, so what it owns is not known.</summary>
    Damaged = 4,

    /// <summary>A part of its index cannot be read, so its entries are not all known.</summary>
    IndexDamaged = 8,

    /// <summary>In use as the extension of another record.</summary>
    Extension = 16,

    /// <summary>A base record lists this extension.</summary>
    Claimed = 32,

    /// <summary>It leads to the root by way of its parents.</summary>
    Reachable = 64,
}

/// <summary>What is remembered of each record until all have been seen: some thirty bytes.</summary>
internal struct RecordState
{
    /// <summary>
    /// The sum over the names of the record less the sum over the entries that lead to it. It is zero if both are the
    /// same, in whatever order they were met.
    /// </summary>
    public ulong NameBalance;

    /// <summary>Of a directory: where it lies. Of an extension: its base record.</summary>
    public ulong Parent;

    /// <summary>Entries of directories that lead here, up to the largest number that fits.</summary>
    public ushort EntryCount;
    public ushort Sequence;
    public RecordFlags Flags;

    public readonly bool Is(RecordFlags flag) => (Flags & flag) != 0;
}

/// <summary>The states of all records, with room only near those that were touched.</summary>
internal sealed class RecordTable
{
    private const int StatesInChunk = 1024;

    private readonly Dictionary<ulong, RecordState[]> _chunks = [];

    private ulong _lastChunk = ulong.MaxValue;
    private RecordState[] _lastStates = [];

    public ref RecordState this[ulong number]
    {
        get
        {
            ulong chunk = number / StatesInChunk;
            if (chunk != _lastChunk)
            {
                _lastStates = Get(chunk);
                _lastChunk = chunk;
            }

            return ref _lastStates[number % StatesInChunk];
        }
    }

    /// <summary>The numbers of all records whose state is wanted, in their order.</summary>
    public IEnumerable<ulong> Numbers(Func<RecordState, bool> condition)
    {
        foreach (ulong chunk in _chunks.Keys.Order())
        {
            RecordState[] states = _chunks[chunk];
            for (int i = 0; i < states.Length; i++)
            {
                if (condition(states[i]))
                {
                    yield return (chunk * StatesInChunk) + (ulong)i;
                }
            }
        }
    }

    private RecordState[] Get(ulong chunk)
    {
        if (!_chunks.TryGetValue(chunk, out RecordState[]? states))
        {
            states = new RecordState[StatesInChunk];
            _chunks.Add(chunk, states);
        }

        return states;
    }
}
