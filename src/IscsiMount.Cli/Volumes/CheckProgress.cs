using IscsiMount.FileSystems.Ntfs.Verifier;

namespace IscsiMount.Cli.Volumes;

/// <summary>Says on a terminal how far a check is, once it has taken a second.</summary>
internal sealed class CheckProgress(TimeProvider time, bool isShown) : IProgress<VerificationProgress>
{
    private static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly long _start = time.GetTimestamp();
    private TimeSpan _next = FirstAfter;
    private int _length;

    public void Report(VerificationProgress value)
    {
        TimeSpan elapsed = time.GetElapsedTime(_start);
        if (!isShown || elapsed < _next)
        {
            return;
        }

        _next = elapsed + Interval;
        string phase = value.Phase switch
        {
            VerificationPhase.Start => "Reading the system files",
            VerificationPhase.Records => "Reading file records",
            VerificationPhase.Comparison => "Comparing",
        };
        Show($"{phase}: {100 * value.Done / Math.Max(value.Total, 1)} %");
    }

    /// <summary>Leaves the line as it was.</summary>
    public void Clear()
    {
        if (_length > 0)
        {
            Show("");
            Console.Error.Write('\r');
        }
    }

    private void Show(string text)
    {
        Console.Error.Write($"\r{text.PadRight(_length)}");
        _length = text.Length;
    }
}
