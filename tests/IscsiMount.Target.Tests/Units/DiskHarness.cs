using IscsiMount.Block;
using IscsiMount.Protocol;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Units;
using IscsiMount.Target.Units.Work;
using Xunit;

namespace IscsiMount.Target.Tests.Units;

/// <summary>A disk without sessions: commands are done at once, for initiators that are only names.</summary>
internal sealed class DiskHarness
{
    private readonly DiskPlanner _planner;
    private readonly LogicalUnit _unit;

    public DiskHarness(IBlockDevice device, string? reservationFile = null)
    {
        Device = device;
        var definition = new LogicalUnitDefinition
        {
            Lun = 0,
            Device = device,
            Serial = "harness",
            ReservationFile = reservationFile,
        };
        var options = new TargetServerOptions();
        _planner = new DiskPlanner(
            definition,
            new DiskIdentity(definition, "iqn.2026-01.example:disk", options),
            new UnitInventory([definition]),
            options.TransferSizeMax);
        _unit = new LogicalUnit(definition, _planner);
        First = Attach(1);
        Second = Attach(2);
    }

    public IBlockDevice Device { get; }

    public NexusUnit First { get; }

    public NexusUnit Second { get; }

    public LogicalUnit Unit => _unit;

    /// <summary>A session of an initiator, whose first attention is over.</summary>
    public NexusUnit Attach(uint isid)
    {
        NexusUnit user = _unit.Attach(new("iqn.2026-01.example:host", new Isid(isid)), AdditionalSense.PowerOn);
        user.TakeAttention();
        return user;
    }

    public CommandPlan Plan(string cdb) => _planner.Plan(Bytes(cdb));

    /// <summary>Does a command that has to work, and returns what it answers.</summary>
    public async Task<byte[]> DoAsync(string cdb, byte[]? data = null, NexusUnit? user = null)
    {
        (Refusal? refusal, byte[] answer) = await TryAsync(Plan(cdb), data ?? [], user ?? First);
        Assert.Null(refusal);
        return answer;
    }

    /// <summary>Does a command that must not work, and returns why it does not.</summary>
    public async Task<SenseData> FailAsync(string cdb, byte[]? data = null, NexusUnit? user = null)
    {
        (Refusal? refusal, _) = await TryAsync(Plan(cdb), data ?? [], user ?? First);
        Assert.Equal(ScsiStatus.CheckCondition, refusal?.Status);
        return refusal!.Sense!.Value;
    }

    /// <summary>Does a command that must meet the reservation of another.</summary>
    public async Task ConflictAsync(string cdb, byte[]? data = null, NexusUnit? user = null)
    {
        (Refusal? refusal, _) = await TryAsync(Plan(cdb), data ?? [], user ?? First);
        Assert.Equal(Refusal.Reserved, refusal);
    }

    public async Task<(Refusal? Refusal, byte[] Answer)> TryAsync(CommandPlan plan, byte[] data, NexusUnit user)
    {
        if (_unit.Reservations.Conflicts(user, plan))
        {
            return (Refusal.Reserved, []);
        }

        if (plan.Kind != PlanKind.Work)
        {
            return (plan.Refusal, plan.Answer.ToArray());
        }

        int wanted = plan.HasDataOut ? Math.Min(plan.DataLength, data.Length) : 0;
        UnitReply reply = await plan.Work!(
            new UnitRequest(user, data.AsMemory(0, wanted), (uint)data.Length), TestContext.Current.CancellationToken);
        return (reply.Refusal, reply.Answer.ToArray());
    }

    public static CdbBytes Bytes(string cdb) => CdbBytes.From(Hex(cdb));

    public static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
