using System.Diagnostics.CodeAnalysis;

namespace IscsiMount.Mounting;

/// <summary>
/// The objects that a kernel holds by a number: open files, listings. A number that was given back may be given out
/// again; 0 is never given out. Safe for any thread.
/// </summary>
public sealed class HandleTable<T>
    where T : class
{
    private readonly Lock _gate = new();
    private readonly List<T?> _slots = [null];
    private readonly Stack<int> _free = new();

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _slots.Count - 1 - _free.Count;
            }
        }
    }

    public ulong Add(T value)
    {
        lock (_gate)
        {
            if (_free.TryPop(out int slot))
            {
                _slots[slot] = value;
                return (ulong)slot;
            }

            _slots.Add(value);
            return (ulong)(_slots.Count - 1);
        }
    }

    public bool TryGet(ulong handle, [NotNullWhen(true)] out T? value)
    {
        lock (_gate)
        {
            value = handle < (ulong)_slots.Count ? _slots[(int)handle] : null;
            return value is not null;
        }
    }

    /// <summary>Takes an object out. The caller owns it again.</summary>
    public bool TryRemove(ulong handle, [NotNullWhen(true)] out T? value)
    {
        lock (_gate)
        {
            value = handle < (ulong)_slots.Count ? _slots[(int)handle] : null;
            if (value is null)
            {
                return false;
            }

            _slots[(int)handle] = null;
            _free.Push((int)handle);
            return true;
        }
    }

    /// <summary>Takes all objects out, for the end of a mount: a kernel does not give everything back.</summary>
    public IReadOnlyList<T> RemoveAll()
    {
        lock (_gate)
        {
            T[] all = [.. _slots.OfType<T>()];
            _slots.RemoveRange(1, _slots.Count - 1);
            _free.Clear();
            return all;
        }
    }
}
