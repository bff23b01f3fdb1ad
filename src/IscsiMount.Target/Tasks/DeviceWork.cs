using System.Buffers;
using IscsiMount.Block;
using IscsiMount.Primitives;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Sense;
using IscsiMount.Target.Units;
using IscsiMount.Target.Units.Work;

namespace IscsiMount.Target.Tasks;

/// <summary>Lets the device do what the plan of a task says.</summary>
internal static class DeviceWork
{
    // LIMIT: what a verification reads at once. It moves nothing over the network, so its length has no other bound.
    private const int PieceLength = 256 * 1024;

    /// <summary>Lets the device work. One that needs time calls back: then the task resumes.</summary>
    /// <param name="task">The task.</param>
    /// <param name="cancellationToken">Ends the work when nobody waits for it any more.</param>
    /// <param name="fault">What went wrong, if it did.</param>
    /// <returns>Whether the device is done.</returns>
    public static bool TryRun(ScsiTask task, CancellationToken cancellationToken, out Exception? fault)
    {
        fault = null;
        try
        {
            ValueTask work = StartAsync(task, cancellationToken);
            if (!work.IsCompleted)
            {
                task.Await(work);
                return false;
            }

            work.GetAwaiter().GetResult();
        }
        catch (Exception thrown)
        {
            // Boundary: whatever a device throws, a bug of it included, ends its command and no other.
            fault = thrown;
        }

        return true;
    }

    /// <summary>Takes the result of work that took time: nothing, or what went wrong.</summary>
    public static Exception? Conclude(ScsiTask task)
    {
        try
        {
            task.CheckWork();
            return null;
        }
        catch (Exception thrown)
        {
            // Boundary: as above.
            return thrown;
        }
    }

    // Reading and writing go to the device directly, so that they cost nothing more.
    private static ValueTask StartAsync(ScsiTask task, CancellationToken cancellationToken)
    {
        CommandPlan plan = task.Plan;
        Invariant.Holds(task.Unit is not null);
        IBlockDevice device = task.Unit.Unit.Device;
        return plan.Kind switch
        {
            PlanKind.Read => device.ReadAsync(plan.Range, task.Buffer, cancellationToken),
            PlanKind.Write when !plan.IsDurable && task.WantedLength == plan.DataLength =>
                device.WriteAsync(plan.Range, task.Buffer[..plan.DataLength], cancellationToken),
            PlanKind.Write or PlanKind.WriteAndVerify => WriteAsync(task, device, cancellationToken),
            PlanKind.Verify => VerifyAsync(plan.Range, default, task, device, cancellationToken),
            PlanKind.Compare => CompareAsync(task, device, cancellationToken),
            PlanKind.Flush => device.FlushAsync(cancellationToken),
            PlanKind.Work => WorkAsync(task, task.Unit, cancellationToken),
            PlanKind.Answer or PlanKind.Refuse or PlanKind.Sense =>
                throw new InvariantViolationException($"{plan.Kind} needs no device"),
        };
    }

    private static async ValueTask WorkAsync(ScsiTask task, NexusUnit user, CancellationToken cancellationToken)
    {
        CommandPlan plan = task.Plan;
        Invariant.Holds(plan.Work is not null);
        uint sentLength = task.Command.IsWrite ? task.Command.ExpectedDataTransferLength : 0;
        UnitReply reply = await plan.Work(
            new UnitRequest(user, task.Buffer[..task.WantedLength], sentLength), cancellationToken);
        if (reply.Refusal is { } refusal)
        {
            task.Refuse(refusal);
        }
        else if (!plan.HasDataOut)
        {
            task.Answer(reply.Answer);
        }
    }

    private static async ValueTask WriteAsync(
        ScsiTask task, IBlockDevice device, CancellationToken cancellationToken)
    {
        CommandPlan plan = task.Plan;
        int blockLength = device.BlockLength;
        int length = task.WantedLength;
        int rest = length % blockLength;
        if (rest > 0)
        {
            // The initiator sends less than its own command says. Of the last block it sends, the end stays as it is.
            byte[] last = new byte[blockLength];
            var lastBlock = new BlockRange(plan.Range.First + (uint)(length / blockLength), 1);
            await device.ReadAsync(lastBlock, last, cancellationToken);
            last.AsSpan(rest).CopyTo(task.Buffer.Span[length..]);
            length += blockLength - rest;
        }

        BlockRange range = plan.Range with { Count = (uint)(length / blockLength) };
        await device.WriteAsync(range, task.Buffer[..length], cancellationToken);
        if (plan.IsDurable || plan.Kind == PlanKind.WriteAndVerify)
        {
            await device.FlushAsync(cancellationToken);
        }

        if (plan.Kind == PlanKind.WriteAndVerify)
        {
            await VerifyAsync(range, task.Buffer[..length], task, device, cancellationToken);
        }
    }

    private static ValueTask CompareAsync(ScsiTask task, IBlockDevice device, CancellationToken cancellationToken)
    {
        BlockRange range = task.Plan.Range with { Count = (uint)(task.WantedLength / device.BlockLength) };
        ReadOnlyMemory<byte> expected = task.Buffer[..((int)range.Count * device.BlockLength)];
        return VerifyAsync(range, expected, task, device, cancellationToken);
    }

    /// <summary>Reads blocks, and compares them if there is something to compare them with.</summary>
    private static async ValueTask VerifyAsync(
        BlockRange range,
        ReadOnlyMemory<byte> expected,
        ScsiTask task,
        IBlockDevice device,
        CancellationToken cancellationToken)
    {
        uint pieceCount = (uint)Math.Max(PieceLength / device.BlockLength, 1);
        byte[] piece = ArrayPool<byte>.Shared.Rent((int)pieceCount * device.BlockLength);
        try
        {
            for (uint done = 0; done < range.Count;)
            {
                uint count = Math.Min(pieceCount, range.Count - done);
                Memory<byte> stored = piece.AsMemory(0, (int)count * device.BlockLength);
                await device.ReadAsync(new BlockRange(range.First + done, count), stored, cancellationToken);
                if (!expected.IsEmpty && FindDifference(expected, stored, (int)done * device.BlockLength) is { } place)
                {
                    task.Refuse(Miscompare(place));
                    return;
                }

                done += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static int? FindDifference(ReadOnlyMemory<byte> expected, Memory<byte> stored, int offset)
    {
        int equal = expected.Span.Slice(offset, stored.Length).CommonPrefixLength(stored.Span);
        return equal < stored.Length ? offset + equal : null;
    }

    private static Refusal Miscompare(int offset) => new(ScsiStatus.CheckCondition, new SenseData
    {
        Key = SenseKey.Miscompare,
        Additional = AdditionalSense.MiscompareDuringVerify,
        Information = (ulong)offset,
    });
}
