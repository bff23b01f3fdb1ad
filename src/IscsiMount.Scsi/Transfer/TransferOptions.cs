namespace IscsiMount.Scsi.Transfer;

/// <summary>Wishes that go with a read or a write. A unit takes them only if its mode parameters say so.</summary>
[Flags]
public enum TransferOptions
{
    None = 0,

    /// <summary>A write is durable before its status; a read comes from the medium.</summary>
    ForceUnitAccess = 1,

    /// <summary>The blocks are not worth keeping in a cache.</summary>
    DisablePageOut = 2,
}
