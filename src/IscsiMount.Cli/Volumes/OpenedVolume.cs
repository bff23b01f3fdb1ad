using IscsiMount.Agent.Direct;
using IscsiMount.Block;

namespace IscsiMount.Cli.Volumes;

/// <summary>A volume that this process has opened by itself: in an image, or over a session of its own.</summary>
internal sealed class OpenedVolume : IAsyncDisposable
{
    /// <summary>The volume: a partition, or the whole of what was named.</summary>
    public required IBlockDevice Device { get; init; }

    /// <summary>As the user named it.</summary>
    public required string Source { get; init; }

    /// <summary>From 1; nothing where the whole is the volume.</summary>
    public int? Partition { get; init; }

    /// <summary>Blocks before it.</summary>
    public ulong FirstBlock { get; init; }

    /// <summary>The unit with its session, where it is one.</summary>
    public DirectUnit? Unit { get; init; }

    /// <summary>The image, where it is one.</summary>
    public required IBlockDevice? Image { get; init; }

    /// <summary>Source and partition for sentences.</summary>
    public string Name => Partition is { } partition ? $"Partition {partition} of '{Source}'" : $"'{Source}'";

    public async ValueTask DisposeAsync()
    {
        if (Image is not null)
        {
            await Image.DisposeAsync();
        }

        if (Unit is not null)
        {
            await Unit.DisposeAsync();
        }
    }
}
