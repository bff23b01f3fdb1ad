namespace IscsiMount.Scsi.Unit;

// START STOP UNIT, SBC-3
//
//   CDB       0  1Bh
//             1  bit 0: IMMED
//             3  bits 3-0: power condition modifier
//             4  bits 7-4: power condition; bit 2: NO_FLUSH; bit 1: LOEJ; bit 0: START

/// <summary>Starts or stops the unit, or loads or ejects its medium.</summary>
public sealed record StartStopUnit : ScsiCommand
{
    /// <summary>Whether the status comes before the work is done.</summary>
    public bool IsImmediate { get; init; }

    /// <summary>Zero lets <see cref="Start"/> and <see cref="LoadOrEject"/> decide.</summary>
    public PowerCondition Power { get; init; }

    public byte PowerModifier { get; init; }

    public bool WithoutFlush { get; init; }

    public bool LoadOrEject { get; init; }

    public bool Start { get; init; }

    public override CdbField? InvalidField => Enum.IsDefined(Power) ? null : new CdbField(4, 7);

    public static StartStopUnit Read(ReadOnlySpan<byte> cdb)
    {
        Expect(cdb, OperationCode.StartStopUnit);
        return new()
        {
            IsImmediate = (cdb[1] & 0x01) != 0,
            PowerModifier = (byte)(cdb[3] & 0x0F),
            Power = (PowerCondition)(cdb[4] >> 4),
            WithoutFlush = (cdb[4] & 0x04) != 0,
            LoadOrEject = (cdb[4] & 0x02) != 0,
            Start = (cdb[4] & 0x01) != 0,
        };
    }

    protected override void WriteFields(Span<byte> cdb)
    {
        cdb[0] = (byte)OperationCode.StartStopUnit;
        cdb[1] = (byte)(IsImmediate ? 0x01 : 0);
        cdb[3] = (byte)(PowerModifier & 0x0F);
        cdb[4] = (byte)(((byte)Power << 4)
            | (WithoutFlush ? 0x04 : 0)
            | (LoadOrEject ? 0x02 : 0)
            | (Start ? 0x01 : 0));
    }
}

/// <summary>The power condition that a unit is asked to take.</summary>
public enum PowerCondition : byte
{
    /// <summary>None: the command is about starting and stopping.</summary>
    StartValid = 0x0,
    Active = 0x1,
    Idle = 0x2,
    Standby = 0x3,
    LogicalUnitControl = 0x7,
    ForceIdle = 0xA,
    ForceStandby = 0xB,
}
