namespace IscsiMount.Scsi.Sense;

/// <summary>What a unit attention is about: what its initiator should look at again.</summary>
public enum AttentionTopic
{
    /// <summary>Nothing that concerns an initiator of disks.</summary>
    Other,

    /// <summary>Power on, reset or loss of the nexus: modes and old-style reservations are gone.</summary>
    Reset,
    MediumChanged,
    ModeChanged,
    ReservationsChanged,
    PathsChanged,
    CapacityChanged,
    IdentityChanged,
    InventoryChanged,
    CommandsCleared,
    SpaceRunningOut,
}

/// <summary>Sorts unit attentions by what they are about.</summary>
public static class UnitAttention
{
    public static AttentionTopic TopicOf(AdditionalSense sense) => (sense.Code, sense.Qualifier) switch
    {
        (0x28, _) => AttentionTopic.MediumChanged,
        (0x29, _) => AttentionTopic.Reset,
        (0x2A, 0x03 or 0x04 or 0x05) => AttentionTopic.ReservationsChanged,
        (0x2A, 0x06 or 0x07) => AttentionTopic.PathsChanged,
        (0x2A, 0x09) => AttentionTopic.CapacityChanged,
        (0x2A, 0x00 or 0x01) => AttentionTopic.ModeChanged,
        (0x2F, _) or (0x47, 0x7F) => AttentionTopic.CommandsCleared,
        (0x38, 0x07) => AttentionTopic.SpaceRunningOut,
        (0x3F, 0x0E) => AttentionTopic.InventoryChanged,
        (0x3F, 0x00 or 0x01 or 0x03) => AttentionTopic.IdentityChanged,
        _ => AttentionTopic.Other,
    };
}
