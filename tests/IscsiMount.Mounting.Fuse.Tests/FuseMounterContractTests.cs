using IscsiMount.Contracts;
using IscsiMount.Testing;

namespace IscsiMount.Mounting.Fuse.Tests;

public sealed class FuseMounterContractTests : MounterContract
{
    protected override IMounter Mounter { get; } = FuseTestMount.NewMounter();

    protected override string NewMountPoint(TemporaryFolder folder) => folder.Join("mnt");
}
