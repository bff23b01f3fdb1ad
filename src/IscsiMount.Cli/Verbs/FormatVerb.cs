using System.CommandLine;
using System.Security.Cryptography;
using IscsiMount.Agent;
using IscsiMount.Cli.Output;
using IscsiMount.Cli.Serving;
using IscsiMount.Cli.Volumes;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.FileSystems.Ntfs.Formatting;
using IscsiMount.FileSystems.Ntfs.Formatting.Planning;
using IscsiMount.Primitives;

namespace IscsiMount.Cli.Verbs;

/// <summary><c>format</c>: makes an empty file system where nothing is, or where the user gives up what is.</summary>
internal sealed class FormatVerb : Verb
{
    private readonly VolumeSource _source;
    private readonly Option<string> _fileSystem = FileSystemOption();

    private readonly Option<string> _label = new("--label")
    {
        Description = "The name of the volume, up to 32 characters.",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<int?> _clusterSize = new("--cluster-size")
    {
        Description = "Bytes in a cluster, 512 to 2M. Default: 4K, and more above 16 TiB.",
        HelpName = "SIZE",
        CustomParser = result =>
        {
            string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
            if (SizeArgument.TryParse(text, out long size) && size <= int.MaxValue)
            {
                return (int)size;
            }

            result.AddError($"'{text}' is no size of a cluster: write 4096, 64K, 2M.");
            return null;
        },
    };

    private readonly Option<bool> _force = new("--force")
    {
        Description = "Format although something is there. All of it is lost.",
    };

    public FormatVerb(CliContext context)
        : base("format", "Makes an empty file system in an image or on a logical unit.", context)
    {
        _source = new VolumeSource(this, context);
        foreach (Option option in (Option[])[_fileSystem, _label, _clusterSize, _force])
        {
            Options.Add(option);
        }
    }

    public override IReadOnlyList<string> Examples { get; } =
    [
        "format disk.img --fs ntfs --label Archive",
        "format disk.img --fs ntfs --partition 1 --cluster-size 64K",
        "format iscsi://nas.example/iqn.2001-04.com.example:disk1/0/1 --fs ntfs --force",
    ];

    public static Option<string> FileSystemOption()
    {
        var option = new Option<string>("--fs")
        {
            Description = "The file system.",
            HelpName = "ntfs",
            DefaultValueFactory = _ => "ntfs",
        };
        option.AcceptOnlyFromAmong("ntfs");
        return option;
    }

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using OpenedVolume volume = await _source.OpenAsync(arguments, isReadOnly: false, cancellationToken);
        FormatPlan plan = Plan(arguments, volume);
        try
        {
            await RequireConsentAsync(arguments, volume, cancellationToken);
            var chance = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
            await new NtfsFormatter(Context.Time, chance).FormatAsync(volume.Device, plan, cancellationToken);
        }
        catch (StorageFaultException fault)
        {
            throw FaultProblems.Of(fault, $"{volume.Name} was not formatted.");
        }

        var document = new Document { Formats = [Describe(volume, plan)] };
        Context.Output.Write(document, Write);
        return 0;
    }

    private FormatPlan Plan(ParseResult arguments, OpenedVolume volume)
    {
        var options = new FormatOptions
        {
            Label = arguments.GetValue(_label) ?? "",
            ClusterSizeBytes = arguments.GetValue(_clusterSize),
            HiddenSectors = (uint)Math.Min(volume.FirstBlock, uint.MaxValue),
        };
        return FormatPlan.Find(volume.Device, options, out string problem) ?? throw new ControlException(
            ErrorCode.WrongUsage, $"{volume.Name} cannot be formatted like this.", $"{problem} Nothing was written.");
    }

    private async Task RequireConsentAsync(
        ParseResult arguments, OpenedVolume volume, CancellationToken cancellationToken)
    {
        if (volume.Unit is not null)
        {
            await HeldUnits.RequireUnusedAsync(Context, volume.Unit, cancellationToken);
        }

        if (!arguments.GetValue(_force)
            && await ExistingContent.FindAsync(volume.Device, cancellationToken) is { } content)
        {
            throw new ControlException(
                ErrorCode.VolumeNotEmpty,
                $"{volume.Name} is not empty.",
                $"It holds {content}. Nothing was written.",
                "Add --force if nothing on it is needed any more.");
        }
    }

    private static FormatReport Describe(OpenedVolume volume, FormatPlan plan) => new()
    {
        Source = volume.Source,
        Partition = volume.Partition,
        FileSystem = "ntfs",
        Label = plan.Label,
        SizeBytes = (long)plan.ClusterCount * plan.ClusterSize,
        ClusterSizeBytes = plan.ClusterSize,
        SectorSizeBytes = plan.SectorSize,
    };

    private static void Write(TextWriter writer, Document document)
    {
        foreach (FormatReport report in document.Formats ?? [])
        {
            string name = report.Partition is { } part ? $"{report.Source}, partition {part}" : report.Source;
            writer.WriteLine(ProblemText.Printable(
                $"{name}: an empty NTFS volume '{report.Label}', {SizeText.Format(report.SizeBytes)}, "
                + $"clusters of {SizeText.Format(report.ClusterSizeBytes)}."));
        }
    }
}
