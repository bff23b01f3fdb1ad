using System.Buffers;
using IscsiMount.Block;
using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Copying;
using IscsiMount.Scsi.Identity;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Units.Work;

namespace IscsiMount.Target.Units.Copying;

/// <summary>
/// EXTENDED COPY and RECEIVE COPY RESULTS (SPC-4): blocks of a unit go to another place of the same unit without
/// passing the network.
/// </summary>
internal sealed class CopyPlanner(DiskPlanner disk)
{
    // LIMIT: they bound the list, and each segment moves at most 65,535 blocks.
    private const int DevicesMax = 16;
    private const int SegmentsMax = 16;
    private const int DescriptorLengthMax = (DevicesMax * CopyDevice.Length) + (SegmentsMax * CopySegment.Length);
    private const int ParameterListLengthMax = 64 * 1024;
    private const int PieceLength = 1024 * 1024;

    private const byte NobodyAsks = 3;

    private static readonly SenseData NotReachable = new()
    {
        Key = SenseKey.CopyAborted,
        Additional = AdditionalSense.CopyDeviceNotReachable,
    };

    public CommandPlan PlanCopy(in CdbBytes cdb)
    {
        var command = ExtendedCopy.Read(cdb);
        if (disk.WriteProtection is { } objection)
        {
            return CommandPlan.Refuse(objection);
        }

        return command.ParameterListLength == 0 ? CommandPlan.GoodIfReady
            : command.ParameterListLength > ParameterListLengthMax ? CommandPlan.Refuse(WrongLength)
            : new CommandPlan
            {
                Kind = PlanKind.Work,
                Work = CopyAsync,
                HasDataOut = true,
                DataLength = command.ParameterListLength,
            };
    }

    public CommandPlan PlanReport(in CdbBytes cdb)
    {
        var command = ReceiveCopyResults.Read(cdb);
        return new CommandPlan
        {
            Kind = PlanKind.Work,
            Work = (request, _) => new(Report(request.User, command)),
            WorksWhileStopped = true,
        };
    }

    private static SenseData WrongLength => SenseData.IllegalRequest(AdditionalSense.ParameterListLengthError);

    private UnitReply Report(NexusUnit user, ReceiveCopyResults command)
    {
        if (command.Report == CopyReport.Status)
        {
            return user.Copies.Find(command.ListIdentifier) is { } status
                ? UnitReply.Say(status, command.AllocationLength)
                : UnitReply.Refuse(SenseData.InvalidFieldInCdb(new CdbField(2)));
        }

        var limits = new CopyLimits
        {
            DevicesMax = DevicesMax,
            SegmentsMax = SegmentsMax,
            DescriptorLengthMax = DescriptorLengthMax,
            SegmentSizeMax = (uint)Math.Min((long)ushort.MaxValue * disk.Device.BlockLength, uint.MaxValue),
            CopiesMax = 1,
            Types = [CopySegment.BlockToBlock, CopyDevice.Identification],
        };
        return UnitReply.Say(limits, command.AllocationLength);
    }

    private async ValueTask<UnitReply> CopyAsync(UnitRequest request, CancellationToken cancellationToken)
    {
        if (!(CopyParameters.TellDescriptorLength(request.Data.Span) <= DescriptorLengthMax)
            || Read(request.Data) is not { } parameters)
        {
            return UnitReply.Refuse(WrongLength);
        }

        if (FindFault(parameters) is { } fault)
        {
            return UnitReply.Refuse(fault);
        }

        ulong blockCount = 0;
        foreach (CopySegment segment in parameters.Segments)
        {
            await CopyAsync(request.Device, segment, cancellationToken);
            blockCount += segment.BlockCount;
        }

        await disk.MakeDurableAsync(isDemanded: false, cancellationToken);
        if (parameters.ListIdentifierUsage != NobodyAsks)
        {
            request.User.Copies.Keep(parameters.ListIdentifier, new CopyStatus
            {
                IsDone = true,
                SegmentCount = (ushort)parameters.Segments.Count,
                TransferredKibibytes = (uint)(blockCount * (ulong)disk.Device.BlockLength / 1024),
            });
        }

        return UnitReply.Good;
    }

    private static CopyParameters? Read(ReadOnlyMemory<byte> list)
    {
        try
        {
            return CopyParameters.Read(list.Span);
        }
        catch (ProtocolViolationException)
        {
            return null;
        }
    }

    // All of it is looked at before anything is copied.
    private SenseData? FindFault(CopyParameters parameters)
    {
        AdditionalSense? wrong = parameters.Devices.Count > DevicesMax ? AdditionalSense.TooManyTargetDescriptors
            : parameters.Segments.Count > SegmentsMax ? AdditionalSense.TooManySegmentDescriptors
            : parameters.Devices.Any(each => each.Type != CopyDevice.Identification)
                ? AdditionalSense.UnsupportedTargetDescriptor
            : parameters.Segments.Any(each => each.Type != CopySegment.BlockToBlock)
                ? AdditionalSense.UnsupportedSegmentDescriptor
            : parameters.InlineLength > 0 ? AdditionalSense.InlineLimitExceeded
            : null;
        return wrong is { } additional
            ? SenseData.IllegalRequest(additional)
            : parameters.Segments.All(segment => IsPossible(parameters, segment)) ? null : NotReachable;
    }

    private bool IsPossible(CopyParameters parameters, CopySegment segment) =>
        IsThisUnit(parameters, segment.SourceIndex)
        && IsThisUnit(parameters, segment.DestinationIndex)
        && new BlockRange(segment.SourceBlock, segment.BlockCount).Fits(disk.Device.BlockCount)
        && new BlockRange(segment.DestinationBlock, segment.BlockCount).Fits(disk.Device.BlockCount);

    private bool IsThisUnit(CopyParameters parameters, int index) =>
        index < parameters.Devices.Count
        && parameters.Devices[index] is { IsNull: false, Name: { Association: DesignatorAssociation.LogicalUnit } name }
        && disk.Identity.UnitNames.Contains(name);

    private static async Task CopyAsync(IBlockDevice device, CopySegment segment, CancellationToken cancellationToken)
    {
        int blockLength = device.BlockLength;
        int pieceCount = PieceLength / blockLength;
        byte[] piece = ArrayPool<byte>.Shared.Rent(PieceLength);
        try
        {
            for (int done = 0; done < segment.BlockCount;)
            {
                int count = Math.Min(pieceCount, segment.BlockCount - done);
                Memory<byte> content = piece.AsMemory(0, count * blockLength);
                await device.ReadAsync(
                    new(segment.SourceBlock + (uint)done, (uint)count), content, cancellationToken);
                await device.WriteAsync(
                    new(segment.DestinationBlock + (uint)done, (uint)count), content, cancellationToken);
                done += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
