using System.Buffers;
using IscsiMount.Block;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Provisioning;
using IscsiMount.Scsi.Sense;
using IscsiMount.Scsi.Transfer;

namespace IscsiMount.Target.Units.Work;

/// <summary>UNMAP, WRITE SAME and GET LBA STATUS: the commands of a thin disk (SBC-3).</summary>
internal sealed class ProvisioningPlanner(DiskPlanner disk)
{
    // LIMIT: descriptors of one GET LBA STATUS. Who wants more asks again from where the last one ends.
    private const int StatusRunsMax = 256;

    // LIMIT: what WRITE SAME writes at once.
    private const int PieceLength = 1024 * 1024;

    public CommandPlan PlanUnmap(in CdbBytes cdb)
    {
        var command = Unmap.Read(cdb);
        if (command.Anchors)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(new CdbField(1, 0)));
        }

        if (disk.WriteProtection is { } objection)
        {
            return CommandPlan.Refuse(objection);
        }

        return command.ParameterListLength == 0 ? CommandPlan.GoodIfReady : new CommandPlan
        {
            Kind = PlanKind.Work,
            Work = UnmapAsync,
            HasDataOut = true,
            DataLength = command.ParameterListLength,
        };
    }

    public CommandPlan PlanWriteSame(in CdbBytes cdb)
    {
        var command = WriteSame.Read(cdb);
        if ((command.InvalidField ?? FindUnsupported(command)) is { } field)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(field));
        }

        if (disk.WriteObjection(command.FirstBlock, command.BlockCount) is { } objection)
        {
            return CommandPlan.Refuse(objection);
        }

        var range = new BlockRange(command.FirstBlock, command.BlockCount);
        return new CommandPlan
        {
            Kind = PlanKind.Work,
            Work = (request, token) => WriteSameAsync(request, range, command.MayUnmap, token),
            HasDataOut = !command.IsWithoutData,
            DataLength = command.IsWithoutData ? 0 : disk.Device.BlockLength,
            Range = range,
        };
    }

    private CdbField? FindUnsupported(WriteSame command)
    {
        bool isCountWrong = command.BlockCount == 0 || command.BlockCount > disk.Limits.WriteSameBlocksMax;
        return command.MayUnmap && !disk.IsThin ? new CdbField(1, 3)
            : command.Anchors ? new CdbField(1, 4)
            : isCountWrong ? new CdbField((ushort)(command.Form == CdbForm.Ten ? 7 : 10))
            : null;
    }

    public CommandPlan PlanGetLbaStatus(in CdbBytes cdb)
    {
        var command = GetLbaStatus.Read(cdb);
        if (command.InvalidField is { } field)
        {
            return CommandPlan.Refuse(SenseData.InvalidFieldInCdb(field));
        }

        if (command.FirstBlock >= disk.Device.BlockCount)
        {
            return CommandPlan.Refuse(disk.OutOfRange(command.FirstBlock));
        }

        return new CommandPlan
        {
            Kind = PlanKind.Work,
            Work = (request, token) => TellStatusAsync(request.Device, command, token),
            Range = new BlockRange(command.FirstBlock, 1),
        };
    }

    private async ValueTask<UnitReply> UnmapAsync(UnitRequest request, CancellationToken cancellationToken)
    {
        if (request.Data.Length < UnmapList.HeaderLength)
        {
            return UnitReply.Refuse(SenseData.IllegalRequest(AdditionalSense.ParameterListLengthError));
        }

        // All of it is looked at before anything is done.
        ValueList<BlockSpan> blocks = UnmapList.Read(request.Data.Span).Blocks;
        if (FindFault(blocks) is { } fault)
        {
            return UnitReply.Refuse(fault);
        }

        foreach (BlockSpan span in blocks)
        {
            await request.Device.ClearAsync(new BlockRange(span.First, span.Count), cancellationToken);
        }

        await disk.MakeDurableAsync(isDemanded: false, cancellationToken);
        return UnitReply.Good;
    }

    private SenseData? FindFault(ValueList<BlockSpan> blocks)
    {
        ulong sum = 0;
        foreach (BlockSpan span in blocks)
        {
            var range = new BlockRange(span.First, span.Count);
            if (!range.Fits(disk.Device.BlockCount))
            {
                return disk.OutOfRange(span.First);
            }

            sum += span.Count;
        }

        return blocks.Count > DiskLimits.UnmapDescriptorsMax || sum > DiskLimits.UnmapBlocksMax
            ? SenseData.InvalidFieldInParameterList(new CdbField(2))
            : null;
    }

    private async ValueTask<UnitReply> WriteSameAsync(
        UnitRequest request, BlockRange range, bool mayUnmap, CancellationToken cancellationToken)
    {
        int blockLength = request.Device.BlockLength;
        ReadOnlyMemory<byte> block = request.Data;
        if (request.SentLength != (uint)block.Length || (block.Length != 0 && block.Length != blockLength))
        {
            return UnitReply.Refuse(SenseData.IllegalRequest(AdditionalSense.InvalidFieldInCdb));
        }

        bool isZero = !block.Span.ContainsAnyExcept((byte)0);
        if (mayUnmap && isZero)
        {
            await request.Device.ClearAsync(range, cancellationToken);
        }
        else
        {
            await FillAsync(request.Device, range, block, cancellationToken);
        }

        await disk.MakeDurableAsync(isDemanded: false, cancellationToken);
        return UnitReply.Good;
    }

    private static async ValueTask FillAsync(
        IBlockDevice device, BlockRange range, ReadOnlyMemory<byte> block, CancellationToken cancellationToken)
    {
        int blockLength = device.BlockLength;
        uint pieceCount = Math.Min((uint)(PieceLength / blockLength), range.Count);
        int length = (int)pieceCount * blockLength;
        byte[] piece = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            piece.AsSpan(0, length).Clear();
            for (int offset = 0; !block.IsEmpty && offset < length; offset += blockLength)
            {
                block.CopyTo(piece.AsMemory(offset));
            }

            for (uint done = 0; done < range.Count;)
            {
                uint count = Math.Min(pieceCount, range.Count - done);
                await device.WriteAsync(
                    new(range.First + done, count), piece.AsMemory(0, (int)count * blockLength), cancellationToken);
                done += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static async ValueTask<UnitReply> TellStatusAsync(
        IBlockDevice device, GetLbaStatus command, CancellationToken cancellationToken)
    {
        int room = (command.AllocationLength - LbaStatusList.HeaderLength) / LbaStatusList.DescriptorLength;
        int countMax = Math.Clamp(room, 1, StatusRunsMax);
        var runs = new List<LbaStatus>();
        ulong block = command.FirstBlock;
        while (block < device.BlockCount && runs.Count < countMax)
        {
            SpaceRun run = await device.FindSpaceAsync(block, cancellationToken);
            uint count = (uint)Math.Min(run.Count, uint.MaxValue);
            runs.Add(new(
                new(block, count), run.HasSpace ? ProvisioningStatus.Mapped : ProvisioningStatus.Deallocated));
            block += count;
        }

        return UnitReply.Say(new LbaStatusList { Runs = [.. runs] }, command.AllocationLength);
    }
}
