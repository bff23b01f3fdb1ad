using IscsiMount.FileSystems.Ntfs.Writing.Changes;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Commits;

/// <summary>
/// Brings groups of changes to the device, one after the other: first what is about to be written, then each page in
/// its place, class after class.
/// </summary>
/// <remarks>
/// <code>
///   content of files    has ended before the change that refers to it was published
///   flush               if there was any
///   intent              one sequential write
///   flush               from here on our own recovery brings the group about
///   Bitmap              bits of what came into use
///   New … Freed         class after class
///   Bitmap              bits of what was freed
///   flush               from here on every system sees it; what was freed may be handed out
/// </code>
/// </remarks>
internal sealed class GroupCommitter(WriteContext context, IntentLog log, ReadEpochs epochs)
{
    private static readonly WriteClass[] Order =
    [
        WriteClass.Directory, WriteClass.Gained, WriteClass.Changed, WriteClass.Lost, WriteClass.Freed,
    ];

    private readonly AsyncGate _gate = new();
    private volatile StorageFaultException? _fault;

    /// <summary>Is told what ended all writing, once.</summary>
    public required Action<StorageFaultException> Ended { get; init; }

    /// <summary>What ended all writing, or nothing.</summary>
    public StorageFaultException? Fault => _fault;

    /// <summary>Makes durable what was published and written before the call.</summary>
    /// <param name="changes">The gate of changes, entered for the moment in which the group is closed.</param>
    /// <param name="cancellationToken">Gives up waiting; a group that has begun goes on to its end.</param>
    public async ValueTask CommitAsync(AsyncGate changes, CancellationToken cancellationToken)
    {
        using AsyncGate.Permit inside = await _gate.EnterAsync(cancellationToken);
        ThrowIfFaulted();
        PageSet group;
        FreedSpace freed;
        using (await changes.EnterAsync(cancellationToken))
        {
            group = context.Pending.Freeze();
            freed = context.Freed;
            context.Freed = new FreedSpace();
        }

        try
        {
            // ORDER: what has begun is not given up half way, whoever waits for it.
            await WriteAsync(group, CancellationToken.None);
        }
        catch (StorageFaultException fault)
        {
            // The pages stay over the device for readers; the freed clusters are never handed out.
            _fault = fault;
            Ended(fault);
            throw;
        }

        context.Pending.Retire();
        epochs.Retire(freed);
    }

    public void ThrowIfFaulted()
    {
        if (_fault is { } fault)
        {
            throw new WritingEndedException(fault);
        }
    }

    private async ValueTask WriteAsync(PageSet group, CancellationToken cancellationToken)
    {
        if (group.Count > 0)
        {
            // ORDER: an intent may be whole on the medium before a flush says so. What it refers to is there by then.
            await context.Device.FlushAsync(cancellationToken);
            await log.WriteAsync(group.Pages, cancellationToken);
            await context.Device.FlushAsync(cancellationToken);
            await WriteInPlaceAsync(group, cancellationToken);
        }

        await context.Device.FlushAsync(cancellationToken);
    }

    private async ValueTask WriteInPlaceAsync(PageSet group, CancellationToken cancellationToken)
    {
        ILookup<WriteClass, PendingPage> byClass = group.Pages.ToLookup(page => page.Class);
        await context.Device.WriteAllAsync(
            byClass[WriteClass.Bitmap].Select(page => (page.Offset, page.FirstBytes)), cancellationToken);
        await context.Device.WriteAllAsync(
            byClass[WriteClass.Directory].Where(page => page.Early is not null)
                .Concat(byClass[WriteClass.New]).Select(page => (page.Offset, page.FirstBytes)),
            cancellationToken);
        foreach (WriteClass each in Order)
        {
            await context.Device.WriteAllAsync(
                byClass[each].Select(page => (page.Offset, page.Bytes)), cancellationToken);
        }

        await context.Device.WriteAllAsync(
            byClass[WriteClass.Bitmap].Where(page => page.HasClearedBits).Select(page => (page.Offset, page.Bytes)),
            cancellationToken);
    }
}
