using IscsiMount.Primitives;

namespace IscsiMount.Block;

/// <summary>A write met a device that takes none. Nothing was sent.</summary>
public sealed class ReadOnlyDeviceException()
    : StorageFaultException(FaultScope.Command, "The device is read-only.");
