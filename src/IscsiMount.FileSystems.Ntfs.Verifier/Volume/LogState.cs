using IscsiMount.FileSystems.Ntfs.Verifier.Layout;
using IscsiMount.FileSystems.Ntfs.Verifier.Medium;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Volume;

/// <summary>Tells from the two restart pages whether $LogFile holds changes that the volume does not have.</summary>
internal static class LogState
{
    /// <summary>Nothing if the log is empty.</summary>
    public static async ValueTask<string?> ProblemOfAsync(StreamBytes log, CancellationToken cancellationToken)
    {
        byte[] pages = new byte[2 * RestartPage.Length];
        if (log.Size < (ulong)pages.Length)
        {
            return $"$LogFile has {log.Size} bytes";
        }

        await log.ReadAsync(0, pages, isNear: false, cancellationToken);
        if (!pages.AsSpan().ContainsAnyExcept((byte)0xFF))
        {
            return null;
        }

        RestartPage? first = Read(pages.AsSpan(0, RestartPage.Length));
        RestartPage? second = Read(pages.AsSpan(RestartPage.Length));
        RestartPage? newest = (second?.CurrentLsn ?? 0) > (first?.CurrentLsn ?? 0) ? second : first ?? second;
        return newest switch
        {
            null => "no restart page can be read",
            { Major: 2 } => "version 2.0: a Windows has the volume, crashed, or was shut down fast",
            { Major: not 1 } page => $"version {page.Major}.{page.Minor} is not known",
            { HasClients: true, IsClean: false } => "it was not closed",
            _ => null,
        };
    }

    private static RestartPage? Read(Span<byte> page)
    {
        return Protection.Remove(page) == ProtectionState.Whole ? RestartPage.Find(page) : null;
    }
}
