using System.Globalization;
using BenchmarkDotNet.Running;
using IscsiMount.Benchmarks;

// `initiator PORTAL TARGET LUN` reads from a target as iscsi-perf does. Everything else goes to BenchmarkDotNet.
if (args is ["initiator", string portal, string target, string lun])
{
    await InitiatorLoad.RunAsync(portal, target, int.Parse(lun, CultureInfo.InvariantCulture));
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(InitiatorLoad).Assembly).Run(args);
}
