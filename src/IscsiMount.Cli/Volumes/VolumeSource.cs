using System.CommandLine;
using System.Security.Cryptography;
using IscsiMount.Agent.Direct;
using IscsiMount.Block;
using IscsiMount.Block.Partitions;
using IscsiMount.Cli.Naming;
using IscsiMount.Cli.Serving;
using IscsiMount.Cli.Verbs;
using IscsiMount.Control;
using IscsiMount.Control.Requests;
using Microsoft.Extensions.Logging;

namespace IscsiMount.Cli.Volumes;

/// <summary>Which volume a verb that stands alone works on: in an image, or on a logical unit by its URL.</summary>
internal sealed class VolumeSource
{
    private readonly CliContext _context;

    private readonly Argument<string> _source = new("volume")
    {
        Description = "An image file, or iscsi://[user@]host[:port]/iqn[/lun[/partition]].",
    };

    private readonly Option<int?> _partition = new("--partition")
    {
        Description = "The partition, from 1; 0 is the whole. Default: the only one, or the whole.",
        HelpName = "N",
    };

    private readonly Option<int> _blockLength = new("--block-size")
    {
        Description = "Bytes in a sector of an image. A unit knows its own.",
        DefaultValueFactory = _ => 512,
    };

    private readonly ChapOptions _chap;

    public VolumeSource(Command verb, CliContext context)
    {
        _context = context;
        _blockLength.AcceptOnlyFromAmong("512", "1024", "2048", "4096");
        verb.Arguments.Add(_source);
        verb.Options.Add(_partition);
        verb.Options.Add(_blockLength);
        _chap = new ChapOptions(verb);
    }

    /// <exception cref="ControlException">There is no such volume, or it cannot be opened.</exception>
    public async Task<OpenedVolume> OpenAsync(
        ParseResult arguments, bool isReadOnly, CancellationToken cancellationToken)
    {
        string source = arguments.GetRequiredValue(_source);
        return IscsiUrl.IsUrl(source)
            ? await OpenUnitAsync(arguments, IscsiUrl.Parse(source), cancellationToken)
            : await OpenImageAsync(arguments, source, isReadOnly, cancellationToken);
    }

    private async Task<OpenedVolume> OpenImageAsync(
        ParseResult arguments, string source, bool isReadOnly, CancellationToken cancellationToken)
    {
        var image = (ImageFileBlockDevice)LunSource.Parse(source).Open(arguments.GetValue(_blockLength), isReadOnly);
        try
        {
            PartitionEntry part = await ChooseAsync(image, source, arguments.GetValue(_partition), cancellationToken);
            return new OpenedVolume
            {
                Device = part.Open(image),
                Source = source,
                Partition = part.Index == 0 ? null : part.Index,
                FirstBlock = part.FirstBlock,
                Image = image,
            };
        }
        catch
        {
            await image.DisposeAsync();
            throw;
        }
    }

    private async Task<OpenedVolume> OpenUnitAsync(
        ParseResult arguments, IscsiUrl url, CancellationToken cancellationToken)
    {
        using ILoggerFactory logs = ConsoleLog.Create(LogLevel.Error);
        using var unpredictable = RandomNumberGenerator.Create();
        using ChapRequest? chap = _chap.Read(arguments, url.User);
        var chance = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        var services = new DirectServices(OwnSettings.Read(_context), _context.Time, chance, unpredictable, logs);
        var request = new LoginRequest
        {
            Portal = url.Portal,
            Target = url.Target,
            Lun = url.Lun,
            Chap = chap,
            TimeoutSeconds = CommonOptions.TimeoutDefault.TotalSeconds,
        };
        DirectUnit unit = await DirectUnit.OpenAsync(request, sessionCount: 1, services, cancellationToken);
        try
        {
            string source = $"{unit.Report.Target} LUN {unit.Report.Lun}";
            int? wanted = arguments.GetValue(_partition) ?? url.Partition;
            PartitionEntry part = await ChooseAsync(unit.Paths[0], source, wanted, cancellationToken);
            return new OpenedVolume
            {
                Device = part.Open(unit.Paths[0]),
                Source = source,
                Partition = part.Index == 0 ? null : part.Index,
                FirstBlock = part.FirstBlock,
                Unit = unit,
                Image = null,
            };
        }
        catch
        {
            await unit.DisposeAsync();
            throw;
        }
    }

    private static async Task<PartitionEntry> ChooseAsync(
        IBlockDevice disk, string source, int? wanted, CancellationToken cancellationToken)
    {
        PartitionScan scan = await PartitionScanner.ScanAsync(disk, cancellationToken);
        var whole = new PartitionEntry
        {
            Index = 0,
            FirstBlock = 0,
            BlockCount = disk.BlockCount,
            TypeName = "",
            TypeId = "",
        };
        if (wanted == 0 || (wanted is null && scan.Scheme == PartitionScheme.None))
        {
            return whole;
        }

        PartitionEntry[] fitting =
            [.. scan.Partitions.Where(each => each.Index > 0 && (wanted is null || each.Index == wanted))];
        string numbers = string.Join(", ", scan.Partitions.Where(each => each.Index > 0).Select(each => each.Index));
        return fitting.Length == 1 ? fitting[0] : throw new ControlException(
            fitting.Length > 1 ? ErrorCode.SeveralVolumes : ErrorCode.VolumeNotFound,
            fitting.Length > 1
                ? $"'{source}' has several partitions, and none was chosen."
                : $"'{source}' has no such partition.",
            hint: numbers.Length > 0 ? $"Choose with --partition: {numbers}." : "Take the whole with --partition 0.");
    }
}
