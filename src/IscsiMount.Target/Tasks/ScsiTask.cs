using System.Runtime.CompilerServices;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Answers;
using IscsiMount.Target.Sessions;
using IscsiMount.Target.Units;

namespace IscsiMount.Target.Tasks;

/// <summary>
/// One SCSI command from its arrival to the moment when its answer has been sent. Tasks are used again, so that a
/// command in steady state allocates nothing.
/// </summary>
/// <remarks>
/// The lock of the session guards <see cref="Phase"/>, <see cref="IsAborted"/>, <see cref="Place"/> and
/// <see cref="Data"/>. The buffer belongs to the receiving thread while data is awaited, to the device while it runs,
/// and to the sender once there is an answer: an abort from elsewhere only leaves its mark, and who has the buffer
/// finds the mark when he is done.
/// </remarks>
internal sealed class ScsiTask : Answer, IOrderedCommand
{
    private readonly Action _resume;
    private readonly Action<ScsiTask> _recycle;
    private ConfiguredDeviceWork _work;
    private byte[]? _buffer;
    private int _bufferLength;

    public ScsiTask(TaskRunner runner, Action<ScsiTask> recycle)
    {
        Runner = runner;
        _recycle = recycle;
        _resume = () => Runner.Resume(this);
    }

    public TaskRunner Runner { get; }

    public ScsiCommand Command { get; private set; }

    /// <summary>The unit, or nothing if there is none of this number.</summary>
    public NexusUnit? Unit { get; private set; }

    public CommandPlan Plan { get; private set; }

    public DataOutAssembly Data { get; } = new();

    public TaskPhase Phase { get; set; }

    /// <summary>Its initiator must hear nothing of it any more.</summary>
    public bool IsAborted { get; set; }

    public SetPlace Place { get; set; }

    /// <summary>Whoever waits until this task is gone.</summary>
    public List<TaskManagementWait> Watchers { get; } = [];
}
