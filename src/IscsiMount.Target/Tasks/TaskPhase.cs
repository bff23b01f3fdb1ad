namespace IscsiMount.Target.Tasks;

/// <summary>Where a SCSI command stands. It takes the phases in this order and may leave some out.</summary>
internal enum TaskPhase
{
    /// <summary>It has arrived, and commands before it have not.</summary>
    Held,

    /// <summary>Its data is on the way, or it waits for other tasks of its unit.</summary>
    Waiting,

    /// <summary>The device works on it, and may touch its buffer.</summary>
    Running,

    /// <summary>It has a result, and its answer is on the way out. It is in no table any more.</summary>
    Answered,
}
