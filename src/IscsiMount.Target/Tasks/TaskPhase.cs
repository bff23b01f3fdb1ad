namespace IscsiMount.Target.Tasks;

/// <summary>Where a SCSI command stands. It takes the phases in this order and may leave some out.</summary>
internal enum TaskPhase
{
    /// <summary>It has arrived, and commands before it have not.</summary>
    Held,

    /// <summary>Its data is on the way, or older tasks of its unit come first.</summary>
    Waiting,

    /// <summary>The device works on it, and may touch its buffer.</summary>
    Running,

    /// <summary>It has left the tables. Its answer is on the way out, if it has one.</summary>
    Ended,
}

/// <summary>Where a task stands in the task set of its unit.</summary>
internal enum TaskPlace
{
    Outside,
    Behind,
    Enabled,
}
