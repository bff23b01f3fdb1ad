using IscsiMount.Block;
using IscsiMount.Initiator;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Names;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Capacity;
using IscsiMount.Scsi.Identity;
using IscsiMount.Scsi.Sense;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using ScsiCommand = IscsiMount.Protocol.Pdu.ScsiCommand;

namespace IscsiMount.Conformance.Tests.Initiator;

/// <summary>An initiator and a scripted target that have met, and what they say to each other most often.</summary>
internal sealed class Stage : IAsyncDisposable
{
    public const int BlockLength = 512;
    public const ulong BlockCount = 1_000_000;

    public static readonly SessionOptions Options = new()
    {
        InitiatorName = "iqn.2026-01.test.example:initiator",
    };

    public static readonly LogicalUnitNumber Lun = LogicalUnitNumber.FromIndex(5);

    private Stage(ScriptedTarget target, ManualTime time)
    {
        Target = target;
        Time = time;
    }

    public ScriptedTarget Target { get; }

    /// <summary>The clock of the initiator, which stands still.</summary>
    public ManualTime Time { get; }

    public Session Session { get; private set; } = null!;

    /// <summary>The unit, once it was opened.</summary>
    public LogicalUnit Unit { get; private set; } = null!;

    public static PortalAddress Portal { get; } = new("target.test", 3260);

    public static InitiatorServices Services(ScriptedTarget target, ManualTime time) =>
        new(time, new Random(1), NullLoggerFactory.Instance, target);

    /// <summary>Logs in. The keys are the target's answer to the offers.</summary>
    public static async Task<Stage> LoginAsync(
        SessionOptions? options = null, ScriptedTarget? target = null, params string[] keys)
    {
        var stage = new Stage(target ?? new ScriptedTarget(), new ManualTime());
        Task<Session> login = Session.LoginAsync(
            Portal,
            ScriptedTarget.Name,
            options ?? Options,
            Services(stage.Target, stage.Time),
            CancellationToken.None);
        stage.Target.AcceptLogin(keys);
        stage.Session = await login;
        return stage;
    }

    /// <summary>Logs in and opens the unit.</summary>
    public static async Task<Stage> OpenAsync(
        SessionOptions? options = null, ScriptedTarget? target = null, params string[] keys)
    {
        Stage stage = await LoginAsync(options, target, keys);
        Task opening = stage.OpenUnitAsync();
        stage.AnswerProbe();
        await opening;
        return stage;
    }

    /// <summary>Opens the unit, for which its probe has to be answered.</summary>
    public async Task OpenUnitAsync() => Unit = await Session.OpenLogicalUnitAsync(Lun, CancellationToken.None);

    /// <summary>Answers what is asked of a unit before it is used.</summary>
    /// <param name="product">The disk that is there.</param>
    /// <param name="attention">What the unit reports first, if anything.</param>
    /// <param name="limits">What the unit says that it takes at once, if it says so.</param>
    public void AnswerProbe(string product = "P", AdditionalSense? attention = null, BlockLimits? limits = null)
    {
        Answer(OperationCode.Inquiry, new InquiryData { Vendor = "V", Product = product, Revision = "1" });
        Answer(
            OperationCode.Inquiry,
            new SupportedPages { Pages = limits is null ? [] : [VitalProductPageCode.BlockLimits] });
        if (limits is not null)
        {
            Answer(OperationCode.Inquiry, limits);
        }

        if (attention is { } news)
        {
            Respond(Expect(OperationCode.TestUnitReady), ScsiStatus.CheckCondition, SenseData.UnitAttention(news));
        }

        Respond(Expect(OperationCode.TestUnitReady));
        Answer(
            OperationCode.ServiceActionIn16,
            new LogicalUnitCapacity { BlockCount = BlockCount, BlockLength = BlockLength });
        Refuse(OperationCode.ModeSense6);
        Refuse(OperationCode.ModeSense6);
    }

    /// <summary>Waits until the initiator comes back, however long that takes on its clock.</summary>
    public async Task ExpectReturnAsync()
    {
        int calls = Target.Calls.Count;
        await Eventually.HoldsAsync(() =>
        {
            DateTimeOffset? next = Session.Snapshot().Recovery?.NextAttempt;
            if (next > Time.GetUtcNow())
            {
                Time.Advance(next.Value - Time.GetUtcNow());
            }

            return Target.Calls.Count > calls;
        });
        (Target.ExpCmdSN, Target.MaxCmdSN) = (new SerialNumber(1), new SerialNumber(64));
    }

    /// <summary>Waits until the initiator comes back, lets it in, and shows it the unit.</summary>
    public async Task WelcomeBackAsync(string product = "P", AdditionalSense? attention = null)
    {
        await ExpectReturnAsync();
        Target.AcceptLogin();
        AnswerProbe(product, attention);
    }

    /// <summary>Reads from the unit as many blocks as the buffer holds.</summary>
    public Task ReadAsync(ulong first, Memory<byte> buffer) =>
        ElsewhereAsync(Unit.ReadAsync(Range(first, buffer.Length), buffer, CancellationToken.None));

    /// <summary>Writes to the unit as many blocks as the data has.</summary>
    public Task WriteAsync(ulong first, ReadOnlyMemory<byte> data) =>
        ElsewhereAsync(Unit.WriteAsync(Range(first, data.Length), data, CancellationToken.None));

    /// <summary>
    /// Lets the end of an operation leave the receiving thread of the initiator, on which it happens: a script that
    /// waited there for the next PDU would keep it from being sent. One that never ends fails the test.
    /// </summary>
    public static async Task ElsewhereAsync(ValueTask operation)
    {
        try
        {
            await operation.AsTask().WaitAsync(Eventually.DefaultLimit);
        }
        finally
        {
            await Task.Yield();
        }
    }

    /// <summary>The next PDU, which has to be this command.</summary>
    public ScsiCommand Expect(OperationCode operation)
    {
        SentPdu pdu = Target.Expect();
        ScsiCommand command = pdu.As<ScsiCommand>();
        Assert.Equal(operation, (OperationCode)command.Cdb.AsSpan()[0]);
        Target.ExpCmdSN = command.CmdSN.Next;
        Target.MaxCmdSN = new SerialNumber(unchecked(command.CmdSN.Value + 64));
        return command;
    }

    /// <summary>Ends a command with a status, and with sense data if there is any.</summary>
    public void Respond(in ScsiCommand command, ScsiStatus status = ScsiStatus.Good, SenseData? sense = null)
    {
        byte[] segment = sense is { } told ? Segment(told) : [];
        Target.Send(
            new ScsiResponse
            {
                Residuals = Residuals.None,
                Response = ServiceResponse.CompletedAtTarget,
                Status = (byte)status,
                DataSegmentLength = segment.Length,
                StatusQualifier = 0,
                InitiatorTaskTag = command.InitiatorTaskTag,
                SnackTag = 0,
                StatSN = Target.TakeStatSN(),
                ExpCmdSN = Target.ExpCmdSN,
                MaxCmdSN = Target.MaxCmdSN,
                ExpDataSN = default,
                BidirectionalReadResidualCount = 0,
                ResidualCount = 0,
            },
            segment);
    }

    /// <summary>Answers a task management request.</summary>
    public void Answer(in TaskManagementRequest request, TaskManagementResult result) => Target.Send(
        new TaskManagementResponse
        {
            Response = result,
            AdditionalResponseInformation = 0,
            InitiatorTaskTag = request.InitiatorTaskTag,
            StatSN = Target.TakeStatSN(),
            ExpCmdSN = Target.ExpCmdSN,
            MaxCmdSN = Target.MaxCmdSN,
        });

    /// <summary>Lets time pass by beats of the watch, in each of which the target is heard.</summary>
    public Task PassTimeAsync(Func<bool> isEnough) => Eventually.HoldsAsync(async () =>
    {
        if (!isEnough() && Time.PendingCount > 0)
        {
            Time.Advance(Options.KeepAliveInterval / 4);
        }

        await Record.ExceptionAsync(Target.ExpectHandledAsync);
        return isEnough();
    });

    /// <summary>A Data-In that belongs to a command. Without a status more follows.</summary>
    public DataIn Data(in ScsiCommand command, uint offset, int length, uint dataSN, bool hasStatus) => new()
    {
        IsFinal = hasStatus,
        WantsAcknowledgement = false,
        Residuals = Residuals.None,
        HasStatus = hasStatus,
        Status = 0,
        DataSegmentLength = length,
        Lun = default,
        InitiatorTaskTag = command.InitiatorTaskTag,
        TargetTransferTag = uint.MaxValue,
        StatSN = hasStatus ? Target.TakeStatSN() : default,
        ExpCmdSN = Target.ExpCmdSN,
        MaxCmdSN = Target.MaxCmdSN,
        DataSN = new SerialNumber(dataSN),
        BufferOffset = offset,
        ResidualCount = 0,
    };

    public ReadyToTransfer R2T(in ScsiCommand command, uint tag, uint offset, uint length, uint number) => new()
    {
        Lun = command.Lun,
        InitiatorTaskTag = command.InitiatorTaskTag,
        TargetTransferTag = tag,
        StatSN = Target.StatSN,
        ExpCmdSN = Target.ExpCmdSN,
        MaxCmdSN = Target.MaxCmdSN,
        R2TSN = new SerialNumber(number),
        BufferOffset = offset,
        DesiredDataTransferLength = length,
    };

    public async ValueTask DisposeAsync()
    {
        // The end of a test is not polite: the initiator sees a broken connection, and gives everything back.
        Target.Abort();
        await Session.DisposeAsync();
        Target.Dispose();
    }

    private static BlockRange Range(ulong first, int length) => new(first, (uint)(length / BlockLength));

    private static byte[] Segment(SenseData sense)
    {
        byte[] bytes = new byte[2 + SenseData.LengthMax];
        int length = sense.Write(bytes.AsSpan(2), SenseFormat.Fixed);
        bytes[1] = (byte)length;
        return bytes[..(2 + length)];
    }

    private void Answer(OperationCode operation, IScsiAnswer answer)
    {
        ScsiCommand command = Expect(operation);
        byte[] whole = new byte[answer.WireLength];
        answer.Write(whole);
        int length = Math.Min(whole.Length, (int)command.ExpectedDataTransferLength);
        int missing = (int)command.ExpectedDataTransferLength - length;
        Target.Send(
            Data(command, 0, length, 0, hasStatus: true) with
            {
                Residuals = missing > 0 ? Residuals.Underflow : Residuals.None,
                ResidualCount = (uint)missing,
            },
            whole.AsMemory(0, length));
    }

    /// <summary>Refuses the next PDU, which has to be this command.</summary>
    public void Refuse(OperationCode operation) => Respond(
        Expect(operation), ScsiStatus.CheckCondition, SenseData.IllegalRequest(AdditionalSense.InvalidOperationCode));
}
