using System.Runtime.InteropServices;
using IscsiMount.Block;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Transfer;

namespace IscsiMount.Target.Units.Work;

/// <summary>
/// COMPARE AND WRITE, ORWRITE and WRITE ATOMIC (SBC-3, SBC-4): no other task sees the blocks between what they were and
/// what they become.
/// </summary>
internal sealed class AtomicPlanner(DiskPlanner disk)
{
    public CommandPlan PlanCompareAndWrite(in CdbBytes cdb)
    {
        var command = CompareAndWrite.Read(cdb);
        if (command.BlockCount > disk.Limits.CompareAndWriteBlocksMax)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(new CdbField(13)));
        }

        var range = new BlockRange(command.FirstBlock, command.BlockCount);
        return Plan(range, (int)command.BlocksOut, command.ForceUnitAccess, CompareAndWriteAsync);
    }

    public CommandPlan PlanOrWrite(in CdbBytes cdb)
    {
        BlockTransfer.TryRead(cdb, out BlockTransfer command);
        if (command.BlockCount > disk.Limits.TransferBlocksMax)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(new CdbField(10)));
        }

        var range = new BlockRange(command.FirstBlock, command.BlockCount);
        return Plan(range, (int)command.BlockCount, command.ForceUnitAccess, OrWriteAsync);
    }

    public CommandPlan PlanWriteAtomic(in CdbBytes cdb)
    {
        var command = WriteAtomic.Read(cdb);
        var range = new BlockRange(command.FirstBlock, command.BlockCount);
        CommandPlan plan = Plan(range, command.BlockCount, command.ForceUnitAccess, WriteAtomicAsync);
        if (plan.Kind == PlanKind.Refuse)
        {
            return plan;
        }

        // COMPAT: the tests of libiscsi 1.19 want to hear of the range first. Of boundaries page B0h tells that there
        // are none.
        CdbField? invalid = command.Boundary != 0 ? new CdbField(10)
            : command.BlockCount > disk.Limits.AtomicBlocksMax ? new CdbField(12)
            : null;
        return invalid is { } field ? CommandPlan.Refuse(SenseData.InvalidFieldInCdb(field)) : plan;
    }

    private CommandPlan Plan(
        BlockRange range,
        int blocksOut,
        bool isDurable,
        Func<UnitRequest, BlockRange, CancellationToken, ValueTask<UnitReply>> act)
    {
        if (disk.WriteObjection(range.First, range.Count) is { } objection)
        {
            return CommandPlan.Refuse(objection);
        }

        int length = blocksOut * disk.Device.BlockLength;
        return new CommandPlan
        {
            Kind = PlanKind.Work,
            Work = (request, token) => RunAsync(request, range, length, isDurable, act, token),
            HasDataOut = true,
            DataLength = length,
            Range = range,
            IsExclusive = true,
        };
    }

    private async ValueTask<UnitReply> RunAsync(
        UnitRequest request,
        BlockRange range,
        int length,
        bool isDurable,
        Func<UnitRequest, BlockRange, CancellationToken, ValueTask<UnitReply>> act,
        CancellationToken cancellationToken)
    {
        // Half a comparison, or half of what is to be one piece, is of no use to anybody.
        if (request.Data.Length != length || request.SentLength != (uint)length)
        {
            return UnitReply.Refuse(SenseData.IllegalRequest(AdditionalSense.InvalidFieldInCdb));
        }

        UnitReply reply = await act(request, range, cancellationToken);
        if (reply.Refusal is null)
        {
            await disk.MakeDurableAsync(isDurable, cancellationToken);
        }

        return reply;
    }

    private static async ValueTask<UnitReply> CompareAndWriteAsync(
        UnitRequest request, BlockRange range, CancellationToken cancellationToken)
    {
        int length = request.Data.Length / 2;
        byte[] stored = new byte[length];
        await request.Device.ReadAsync(range, stored, cancellationToken);
        int equalLength = request.Data.Span[..length].CommonPrefixLength(stored);
        if (equalLength < length)
        {
            return UnitReply.Refuse(Miscompare(equalLength));
        }

        await request.Device.WriteAsync(range, request.Data[length..], cancellationToken);
        return UnitReply.Good;
    }

    private static async ValueTask<UnitReply> OrWriteAsync(
        UnitRequest request, BlockRange range, CancellationToken cancellationToken)
    {
        byte[] content = new byte[request.Data.Length];
        await request.Device.ReadAsync(range, content, cancellationToken);
        SetBits(content, request.Data.Span);
        await request.Device.WriteAsync(range, content, cancellationToken);
        return UnitReply.Good;
    }

    // Blocks are multiples of 512 bytes, so nothing is left over.
    private static void SetBits(Span<byte> content, ReadOnlySpan<byte> bits)
    {
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(content);
        ReadOnlySpan<ulong> set = MemoryMarshal.Cast<byte, ulong>(bits);
        for (int i = 0; i < words.Length; i++)
        {
            words[i] |= set[i];
        }
    }

    private static async ValueTask<UnitReply> WriteAtomicAsync(
        UnitRequest request, BlockRange range, CancellationToken cancellationToken)
    {
        await request.Device.WriteAsync(range, request.Data, cancellationToken);
        return UnitReply.Good;
    }

    /// <summary>The offset of the first byte that differs is told as INFORMATION.</summary>
    private static SenseData Miscompare(int offset) => new()
    {
        Key = SenseKey.Miscompare,
        Additional = AdditionalSense.MiscompareDuringVerify,
        Information = (ulong)offset,
    };
}
