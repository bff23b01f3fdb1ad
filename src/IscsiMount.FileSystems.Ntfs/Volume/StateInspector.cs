using IscsiMount.FileSystems.Ntfs.Directories;
using IscsiMount.FileSystems.Ntfs.Layout.Records;
using IscsiMount.FileSystems.Ntfs.Layout.Volume;
using IscsiMount.FileSystems.Ntfs.Records;
using IscsiMount.FileSystems.Ntfs.Streams;
using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Volume;

/// <summary>Looks for everything on a volume that would forbid writing to it.</summary>
internal sealed class StateInspector(VolumeParts parts, DirectoryStore directories)
{
    private const string HibernationFile = "hiberfil.sys";
    private const int HibernationHeadSize = 4096;

    public async ValueTask<IReadOnlyList<ReadOnlyReason>> FindObstaclesAsync(
        string? bootDamage, VolumeInformation information, FileId root, CancellationToken cancellationToken)
    {
        LogFileState log = await JudgeLogAsync(cancellationToken);
        bool isHibernated = await IsHibernatedAsync(root, cancellationToken);
        ReadOnlyReason?[] found =
        [
            bootDamage is null ? null : WriteObstacles.DamagedBootSector(bootDamage),
            parts.MftDamage is null ? null : WriteObstacles.DamagedMft(parts.MftDamage),
            WriteObstacles.OfVersion(information),
            .. WriteObstacles.OfFlags(information.Flags),
            WriteObstacles.OfLog(log),
            isHibernated ? WriteObstacles.Hibernated : null,
            parts.Medium.IsReadOnly ? WriteObstacles.ReadOnlyDevice : null,
        ];
        return [.. found.OfType<ReadOnlyReason>()];
    }

    private async ValueTask<LogFileState> JudgeLogAsync(CancellationToken cancellationToken)
    {
        try
        {
            MftFile file = await parts.Files.GetSystemFileAsync(SystemFile.LogFile, cancellationToken);
            return parts.Files.FindStream(file, AttributeType.Data, []) is { } log
                ? LogFileCheck.Judge(await ReadHeadAsync(log, LogFileCheck.HeadSize, cancellationToken))
                : LogFileState.Unknown;
        }
        catch (DamagedMediumException)
        {
            return LogFileState.Unknown;
        }
    }

    /// <summary>
    /// A suspended Windows keeps its memory in a file whose head is not zero. One that is too short, or that cannot be
    /// read, is taken for the same: the error is on the safe side.
    /// </summary>
    private async ValueTask<bool> IsHibernatedAsync(FileId root, CancellationToken cancellationToken)
    {
        try
        {
            FsResult<FileReference> name = await directories.FindAsync(
                root, HibernationFile.AsMemory(), NameComparison.IgnoreCase, cancellationToken);
            if (!name.TryGet(out FileReference reference))
            {
                return false;
            }

            FsResult<MftFile> found = await parts.Files.GetAsync(reference.Id, cancellationToken);
            if (!found.TryGet(out MftFile? file)
                || parts.Files.FindStream(file, AttributeType.Data, []) is not { } data)
            {
                return true;
            }

            byte[] head = await ReadHeadAsync(data, HibernationHeadSize, cancellationToken);
            return head.Length < HibernationHeadSize || head.AsSpan().ContainsAnyExcept((byte)0);
        }
        catch (DamagedMediumException)
        {
            return true;
        }
    }

    private async ValueTask<byte[]> ReadHeadAsync(StreamMap map, int sizeMax, CancellationToken cancellationToken)
    {
        byte[] head = new byte[(int)Math.Min(map.SizeBytes, sizeMax)];
        await parts.Files.Reader.ReadAsync(map, 0, head.Length, head, cancellationToken);
        return head;
    }
}
