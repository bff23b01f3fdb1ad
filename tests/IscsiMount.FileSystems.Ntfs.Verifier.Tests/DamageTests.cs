using IscsiMount.FileSystems.Ntfs.Verifier.Tests.Damage;
using IscsiMount.FileSystems.Ntfs.Verifier.Tests.Samples;
using Xunit;

namespace IscsiMount.FileSystems.Ntfs.Verifier.Tests;

/// <summary>One field of a sound volume is changed, and found as what it is: nothing less, and nothing else.</summary>
public sealed class DamageTests(SampleImages samples)
{
    // What a writer may leave behind that is cut off.
    private static readonly FindingKind[] ForgivenAfterCrash =
    [
        FindingKind.VolumeMarkedDirty, FindingKind.MirrorDiffers, FindingKind.ClusterLeaked, FindingKind.RecordLeaked,
        FindingKind.ExtensionOrphan, FindingKind.IndexBlockLeaked, FindingKind.EntryWithoutName,
        FindingKind.NameWithoutEntry, FindingKind.SecurityIdIndexMismatch, FindingKind.SecurityHashIndexMismatch,
        FindingKind.ReparseIndexMismatch, FindingKind.ObjectIdIndexMismatch,
    ];

    private static readonly Dictionary<FindingKind, Action<VolumeEditor>> Damages = new[]
    {
        VolumeDamages.All, RecordDamages.All, StreamDamages.All, NameDamages.All,
    }.SelectMany(group => group).ToDictionary();

    public static TheoryData<FindingKind> Kinds => [.. Enum.GetValues<FindingKind>()];

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_damaged_field_is_found_as_what_it_is(FindingKind kind)
    {
        VerificationReport report = await VerifyAsync(kind, VerificationMode.Clean);

        Assert.NotEmpty(report.Findings);
        Assert.All(report.Findings, finding => Assert.Equal(kind, finding.Kind));
        Assert.False(report.IsSound);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task After_a_crash_only_what_costs_no_content_is_forgiven(FindingKind kind)
    {
        VerificationReport report = await VerifyAsync(kind, VerificationMode.Crash);

        bool isForgiven = ForgivenAfterCrash.Contains(kind);
        Assert.Equal(isForgiven, report.FindingCount == 0);
        Assert.Equal(isForgiven, report.ForgivenCount > 0);
        Assert.All(report.Findings, finding => Assert.Equal(kind, finding.Kind));
    }

    private async Task<VerificationReport> VerifyAsync(FindingKind kind, VerificationMode mode)
    {
        var volume = new VolumeEditor(await samples.GetAsync(SampleImages.Usual));
        Damages[kind](volume);
        await using var device = new ImageInMemory(volume.Image);
        return await NtfsVerifier.VerifyAsync(device, mode, TestContext.Current.CancellationToken);
    }
}
