using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.FileSystems.Ntfs.Volume;

namespace IscsiMount.FileSystems.Ntfs.Writing.Commits;

/// <summary>Writes the intents of a mount, by turns into the halves of its reserved clusters.</summary>
internal sealed class IntentLog(MountIdentity mount, VolumeMedium medium, DeviceWriter writer)
{
    // LIMIT: two pages this close are cheaper to read in one transfer with what lies between them.
    private const int GapSizeMax = 16 * 1024;
    private const int RunSizeMax = 128 * 1024;

    private ulong _group;

    /// <summary>What an intent may take at most.</summary>
    public long SizeMax => mount.HalfLength;

    /// <summary>Writes the intent of a group. It is durable after the next flush.</summary>
    public async ValueTask WriteAsync(IReadOnlyCollection<PendingPage> pages, CancellationToken cancellationToken)
    {
        List<(PendingPage Page, byte[] Before)> known = await ReadBeforeAsync(pages, cancellationToken);
        _group++;
        var intent = IntentImage.Make(mount, _group, known);
        Primitives.Invariant.Holds(intent.Bytes.Length <= mount.HalfLength);

        int length = (intent.Bytes.Length + writer.BlockLength - 1) / writer.BlockLength * writer.BlockLength;
        byte[] blocks = intent.Bytes;
        Array.Resize(ref blocks, length);
        long offset = mount.AreaOffset + ((long)(_group % 2) * mount.HalfLength);
        await writer.WriteAsync(offset, blocks, cancellationToken);
    }

    /// <summary>Reads what the device has in the place of each page, neighbours in one transfer.</summary>
    private async ValueTask<List<(PendingPage Page, byte[] Before)>> ReadBeforeAsync(
        IReadOnlyCollection<PendingPage> pages, CancellationToken cancellationToken)
    {
        var known = pages.OrderBy(page => page.Offset).Select(page => (Page: page, Before: new byte[page.Bytes.Length]))
            .ToList();
        var runs = new List<(int First, int Count)>();
        for (int i = 0; i < known.Count; i++)
        {
            bool isNear = runs.Count > 0
                && known[i].Page.Offset - known[i - 1].Page.End <= GapSizeMax
                && known[i].Page.End - known[runs[^1].First].Page.Offset <= RunSizeMax;
            if (isNear)
            {
                runs[^1] = runs[^1] with { Count = runs[^1].Count + 1 };
            }
            else
            {
                runs.Add((i, 1));
            }
        }

        await FanOut<(IntentLog Log, List<(PendingPage Page, byte[] Before)> Known, List<(int First, int Count)> Runs)>
            .RunAsync(
                (this, known, runs),
                runs.Count,
                medium.TransfersInFlightMax,
                static (all, index, token) => all.Log.ReadRunAsync(all.Known, all.Runs[index], token),
                cancellationToken);
        return known;
    }

    private async ValueTask ReadRunAsync(
        List<(PendingPage Page, byte[] Before)> known, (int First, int Count) run, CancellationToken cancellationToken)
    {
        long start = known[run.First].Page.Offset;
        byte[] buffer = new byte[(int)(known[run.First + run.Count - 1].Page.End - start)];
        await medium.ReadDeviceAsync(start, buffer, cancellationToken);
        foreach ((PendingPage page, byte[] before) in known.Slice(run.First, run.Count))
        {
            buffer.AsSpan((int)(page.Offset - start), before.Length).CopyTo(before);
        }
    }
}
