using IscsiMount.Initiator.Tests.Support;
using IscsiMount.Primitives;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;

namespace IscsiMount.Initiator.Tests.Tgt;

/// <summary>A tgt that serves an image full of known bytes.</summary>
internal sealed class TgtDisk : IAsyncDisposable
{
    public const int Length = 16 * 1024 * 1024;

    private readonly TemporaryFolder _folder;

    private TgtDisk(TemporaryFolder folder, TgtTarget target, byte[] content)
    {
        _folder = folder;
        Target = target;
        Content = content;
    }

    public static LogicalUnitNumber Lun => LogicalUnitNumber.FromIndex(TgtTarget.Lun);

    public TgtTarget Target { get; }

    /// <summary>What the image held at the start.</summary>
    public byte[] Content { get; }

    private string Image => _folder.Join("disk.img");

    public static async Task<TgtDisk> StartAsync(string? portal = null)
    {
        var folder = new TemporaryFolder();
        byte[] content = new byte[Length];
        new Random(7).NextBytes(content);
        await File.WriteAllBytesAsync(folder.Join("disk.img"), content);
        return new TgtDisk(folder, await TgtTarget.StartAsync(folder.Join("disk.img"), portal), content);
    }

    public Task<Session> LoginAsync(SessionOptions? options = null) => Session.LoginAsync(
        Initiators.Portal(Target.Portal),
        TgtTarget.Name,
        options ?? Initiators.Options,
        Initiators.OverTcp(),
        CancellationToken.None);

    /// <summary>What the image holds now, read past the target.</summary>
    public Task<byte[]> ImageAsync() => File.ReadAllBytesAsync(Image);

    public async ValueTask DisposeAsync()
    {
        await Target.DisposeAsync();
        _folder.Dispose();
    }
}
