namespace IscsiMount.Scsi.Unit;

// TEST UNIT READY, SPC-4
//
//   CDB       0  00h
//          1..5  zero

/// <summary>Asks whether the unit would execute a command that reaches its medium.</summary>
public sealed record TestUnitReady : ScsiCommand
{
    public static TestUnitReady Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.TestUnitReady);
        return new();
    }

    protected override void WriteFields(Span<byte> cdb) => cdb[0] = (byte)OperationCode.TestUnitReady;
}
