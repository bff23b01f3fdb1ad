using IscsiMount.Block;
using IscsiMount.Contracts;
using IscsiMount.Initiator;
using IscsiMount.Testing;

namespace IscsiMount.Conformance.Tests.Target;

/// <summary>A disk that is reached through our initiator and our target is a disk like any other.</summary>
public sealed class RemoteMemoryDeviceTests : BlockDeviceContractWritable
{
    protected override ValueTask<IBlockDevice> OpenAsync() => RemoteDevice.OpenAsync(new MemoryBlockDevice(16_384));
}

/// <summary>
/// The same with blocks of 4096 bytes, a digest on everything, and nothing sent without being asked for.
/// </summary>
[Requirement("DIG-01", "DIG-03", "DATA-10")]
public sealed class RemoteGuardedDeviceTests : BlockDeviceContractWritable
{
    protected override ValueTask<IBlockDevice> OpenAsync() => RemoteDevice.OpenAsync(
        new MemoryBlockDevice(4096, 4096),
        ServedTarget.Usual with
        {
            HeaderDigest = DigestPolicy.On,
            DataDigest = DigestPolicy.On,
            ImmediateData = false,
            InitialR2T = true,
            MaxBurstLength = 64 * 1024,
            FirstBurstLength = 64 * 1024,
            MaxRecvDataSegmentLength = 8 * 1024,
        });
}

/// <summary>A unit that takes no writes.</summary>
[Requirement("TGT-07")]
public sealed class RemoteReadOnlyDeviceTests : BlockDeviceContractReadOnly
{
    protected override ValueTask<IBlockDevice> OpenAsync() =>
        RemoteDevice.OpenAsync(new MemoryBlockDevice(16_384), isReadOnly: true);
}
