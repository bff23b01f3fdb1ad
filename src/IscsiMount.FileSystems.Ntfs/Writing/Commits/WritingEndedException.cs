using IscsiMount.Primitives;

namespace IscsiMount.FileSystems.Ntfs.Writing.Commits;

/// <summary>The volume takes no more changes: one that went before may have reached the medium in part.</summary>
internal sealed class WritingEndedException(StorageFaultException cause)
    : StorageFaultException(
        FaultScope.Volume, $"The volume takes no more changes after a fault: {cause.Message}", cause);
