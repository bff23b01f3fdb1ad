using IscsiMount.Scsi.Copying;

namespace IscsiMount.Target.Units.Copying;

/// <summary>How the last copies of one session went, by the identifiers that it gave. Safe on any thread.</summary>
internal sealed class CopyResults
{
    // LIMIT: copies that can be asked for later. The oldest is forgotten first.
    private const int CountMax = 16;

    private readonly Lock _lock = new();
    private readonly List<(byte ListIdentifier, CopyStatus Status)> _kept = [];

    public CopyStatus? Find(byte listIdentifier)
    {
        lock (_lock)
        {
            int index = _kept.FindIndex(each => each.ListIdentifier == listIdentifier);
            return index < 0 ? null : _kept[index].Status;
        }
    }

    public void Keep(byte listIdentifier, CopyStatus status)
    {
        lock (_lock)
        {
            _kept.RemoveAll(each => each.ListIdentifier == listIdentifier);
            _kept.Add((listIdentifier, status));
            if (_kept.Count > CountMax)
            {
                _kept.RemoveAt(0);
            }
        }
    }
}
