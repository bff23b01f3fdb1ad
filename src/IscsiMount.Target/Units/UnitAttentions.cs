using IscsiMount.Scsi.Sense;

namespace IscsiMount.Target.Units;

/// <summary>
/// What one unit still has to tell to one initiator: each of it is told once, by a command that is then not executed
/// (SAM-5 unit attention conditions). The lock of the unit guards it.
/// </summary>
internal sealed class UnitAttentions
{
    // LIMIT: each condition is in here once, and we raise fewer kinds than this.
    private const int CountMax = 8;

    private readonly List<AdditionalSense> _pending = [];

    public bool IsEmpty => _pending.Count == 0;

    public void Raise(AdditionalSense condition)
    {
        // After a reset or a loss there is nothing left of which the older conditions could tell.
        if (UnitAttention.TopicOf(condition) == AttentionTopic.Reset)
        {
            _pending.Clear();
        }

        if (_pending.Count < CountMax && !_pending.Contains(condition))
        {
            _pending.Add(condition);
        }
    }

    /// <summary>The oldest condition, which has now been told.</summary>
    public AdditionalSense? Take()
    {
        if (_pending.Count == 0)
        {
            return null;
        }

        AdditionalSense oldest = _pending[0];
        _pending.RemoveAt(0);
        return oldest;
    }
}
