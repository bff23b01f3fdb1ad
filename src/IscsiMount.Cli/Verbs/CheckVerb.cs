using System.CommandLine;
using System.Text.Json;
using IscsiMount.Agent;
using IscsiMount.Cli.Output;
using IscsiMount.Cli.Volumes;
using IscsiMount.Control;
using IscsiMount.Control.Reports;
using IscsiMount.FileSystems.Ntfs.Verifier;
using IscsiMount.Primitives;

namespace IscsiMount.Cli.Verbs;

/// <summary><c>check</c>: whether a volume keeps the rules of its format. Nothing is written.</summary>
internal sealed class CheckVerb : Verb
{
    private const int FindingsMaxDefault = 100;
    private const int FindingsMaxMax = 1_000_000;

    private readonly VolumeSource _source;

    private readonly Option<VerificationMode> _mode = new("--mode")
    {
        Description = "crash forgives what a writer leaves behind that was cut off: lost space, half-known names.",
        HelpName = "clean|crash",
        DefaultValueFactory = _ => VerificationMode.Clean,
    };

    private readonly Option<string> _fileSystem = FormatVerb.FileSystemOption();

    private readonly Option<int> _findingsMax = new("--findings")
    {
        Description = "How many findings are listed; all are counted.",
        HelpName = "N",
        DefaultValueFactory = _ => FindingsMaxDefault,
    };

    public CheckVerb(CliContext context)
        : base("check", "Checks a volume that nobody writes to, in an image or on a logical unit.", context)
    {
        _source = new VolumeSource(this, context);
        _findingsMax.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > FindingsMaxMax)
            {
                result.AddError($"--findings must be 1 to {FindingsMaxMax}.");
            }
        });
        Options.Add(_mode);
        Options.Add(_fileSystem);
        Options.Add(_findingsMax);
    }

    public override IReadOnlyList<string> Examples { get; } =
    [
        "check disk.img",
        "check disk.img --partition 2 --mode crash --json",
        "check iscsi://nas.example/iqn.2001-04.com.example:disk1/0/1",
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using OpenedVolume volume = await _source.OpenAsync(arguments, isReadOnly: true, cancellationToken);
        long start = Context.Time.GetTimestamp();
        VerificationReport report = await VerifyAsync(arguments, volume, cancellationToken);
        var document = new Document
        {
            Checks = [Describe(volume, report, Context.Time.GetElapsedTime(start))],
            Problems = report.IsSound ? [] : [Damaged(volume)],
        };
        Context.Output.Write(document, (writer, shown) => CheckText.Write(writer, shown, Context.Output.IsTerminal));
        return WarnAll(document);
    }

    private async Task<VerificationReport> VerifyAsync(
        ParseResult arguments, OpenedVolume volume, CancellationToken cancellationToken)
    {
        var verifier = new NtfsVerifier(volume.Device, new VerifierOptions
        {
            Mode = arguments.GetValue(_mode),
            FindingsMax = arguments.GetValue(_findingsMax),
        });
        var progress = new CheckProgress(Context.Time, !Console.IsErrorRedirected && !Context.Output.IsJson);
        try
        {
            // Only a limit that the user has set: a large volume takes its time.
            using var late = new CancellationTokenSource(
                arguments.GetValue(Context.Options.Timeout) ?? Timeout.InfiniteTimeSpan, Context.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
            if (!await NtfsVerifier.IsNtfsAsync(volume.Device, either.Token))
            {
                throw new ControlException(
                    ErrorCode.UnknownFileSystem, $"{volume.Name} holds no NTFS volume.",
                    "Neither its first nor its last sector says so.", "Choose a partition with --partition.");
            }

            return await verifier.RunAsync(progress, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ControlException(ErrorCode.TimedOut, $"{volume.Name} was not checked to its end in time.");
        }
        catch (StorageFaultException fault)
        {
            throw FaultProblems.Of(fault, $"{volume.Name} cannot be read.");
        }
        finally
        {
            progress.Clear();
        }
    }

    private static CheckReport Describe(OpenedVolume volume, VerificationReport report, TimeSpan elapsed) => new()
    {
        Source = volume.Source,
        Partition = volume.Partition,
        FileSystem = "ntfs",
        Mode = JsonNamingPolicy.CamelCase.ConvertName($"{report.Mode}"),
        IsSound = report.IsSound,
        IsComplete = report.IsComplete,
        FindingCount = report.FindingCount,
        ForgivenCount = report.ForgivenCount,
        FileRecords = report.RecordsInUse,
        Directories = report.Directories,
        DirectoryEntries = report.IndexEntries,
        UsedBytes = report.BytesInUse,
        Seconds = Math.Round(elapsed.TotalSeconds, 3),
        Findings =
        [
            .. report.Findings.Select(finding => new CheckFinding
            {
                Kind = JsonNamingPolicy.CamelCase.ConvertName($"{finding.Kind}"),
                Record = finding.Record,
                OffsetBytes = finding.OffsetBytes,
                Observed = finding.Observed,
            }),
        ],
    };

    private static Problem Damaged(OpenedVolume volume) => Problem.Of(
        ErrorCode.VolumeDamaged,
        $"{volume.Name} is damaged, or was not unmounted in order.",
        hint: "Nothing was changed. Copy what you need from a read-only mount; chkdsk of Windows repairs volumes.");
}
