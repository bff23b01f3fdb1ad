using System.Globalization;
using BenchmarkDotNet.Running;
using IscsiMount.Benchmarks;
using IscsiMount.Benchmarks.Mounted;

// `./build.sh bench` passes what was typed. The whole product is measured from outside, by `mounted`; the initiator
// alone reads as iscsi-perf does, by `initiator PORTAL TARGET LUN`. Everything else goes to BenchmarkDotNet.
switch (args)
{
    case ["mounted"]:
        await MountedBenchmark.RunAsync();
        break;

    case ["initiator", string portal, string target, string lun]:
        await InitiatorLoad.RunAsync(portal, target, int.Parse(lun, CultureInfo.InvariantCulture));
        break;

    default:
        BenchmarkSwitcher.FromAssembly(typeof(InitiatorLoad).Assembly).Run(args);
        break;
}
