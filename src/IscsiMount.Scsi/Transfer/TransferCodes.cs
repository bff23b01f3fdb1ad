using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Transfer;

/// <summary>The operation codes of the data commands, from and to what they mean.</summary>
internal static class TransferCodes
{
    public static (TransferKind Kind, CdbForm Form)? Find(OperationCode operation) => operation switch
    {
        OperationCode.Read6 => (TransferKind.Read, CdbForm.Six),
        OperationCode.Read10 => (TransferKind.Read, CdbForm.Ten),
        OperationCode.Read12 => (TransferKind.Read, CdbForm.Twelve),
        OperationCode.Read16 => (TransferKind.Read, CdbForm.Sixteen),
        OperationCode.Write6 => (TransferKind.Write, CdbForm.Six),
        OperationCode.Write10 => (TransferKind.Write, CdbForm.Ten),
        OperationCode.Write12 => (TransferKind.Write, CdbForm.Twelve),
        OperationCode.Write16 => (TransferKind.Write, CdbForm.Sixteen),
        OperationCode.WriteAndVerify10 => (TransferKind.WriteAndVerify, CdbForm.Ten),
        OperationCode.WriteAndVerify12 => (TransferKind.WriteAndVerify, CdbForm.Twelve),
        OperationCode.WriteAndVerify16 => (TransferKind.WriteAndVerify, CdbForm.Sixteen),
        OperationCode.Verify10 => (TransferKind.Verify, CdbForm.Ten),
        OperationCode.Verify12 => (TransferKind.Verify, CdbForm.Twelve),
        OperationCode.Verify16 => (TransferKind.Verify, CdbForm.Sixteen),
        OperationCode.OrWrite16 => (TransferKind.OrWrite, CdbForm.Sixteen),
        _ => null,
    };

    public static OperationCode Get(TransferKind kind, CdbForm form) => (kind, form) switch
    {
        (TransferKind.Read, CdbForm.Six) => OperationCode.Read6,
        (TransferKind.Read, CdbForm.Ten) => OperationCode.Read10,
        (TransferKind.Read, CdbForm.Twelve) => OperationCode.Read12,
        (TransferKind.Read, CdbForm.Sixteen) => OperationCode.Read16,
        (TransferKind.Write, CdbForm.Six) => OperationCode.Write6,
        (TransferKind.Write, CdbForm.Ten) => OperationCode.Write10,
        (TransferKind.Write, CdbForm.Twelve) => OperationCode.Write12,
        (TransferKind.Write, CdbForm.Sixteen) => OperationCode.Write16,
        (TransferKind.WriteAndVerify, CdbForm.Ten) => OperationCode.WriteAndVerify10,
        (TransferKind.WriteAndVerify, CdbForm.Twelve) => OperationCode.WriteAndVerify12,
        (TransferKind.WriteAndVerify, CdbForm.Sixteen) => OperationCode.WriteAndVerify16,
        (TransferKind.Verify, CdbForm.Ten) => OperationCode.Verify10,
        (TransferKind.Verify, CdbForm.Twelve) => OperationCode.Verify12,
        (TransferKind.Verify, CdbForm.Sixteen) => OperationCode.Verify16,
        (TransferKind.OrWrite, CdbForm.Sixteen) => OperationCode.OrWrite16,
        _ => throw new InvariantViolationException($"{kind} has a form of {(int)form} bytes"),
    };
}
