using System.Buffers.Binary;

namespace IscsiMount.Scsi.Mode;

// Control mode page 0Ah, SPC-4. Offsets are those of the page.
//
//      2 | TST (7-5) | TMF_ONLY | DPICZ | D_SENSE (2) | GLTSD (1) | RLEC   |
//      3 | queue algorithm modifier (7-4) | NUAR | QERR (2-1) | obsolete    |
//      4 | VS | RAC | UA_INTLCK_CTRL (5-4) | SWP (3) | obsolete             |
//      5 | ATO | TAS (6) | ATMPE | RWWP | SBLP | AUTOLOAD MODE              |
//      6 | obsolete                                                        |
//      8 | busy timeout period, 100 ms                                     |
//     10 | extended self-test completion time, s                           |
//     12 +-----------------------------------------------------------------+

/// <summary>How a unit handles commands and tells of errors.</summary>
public sealed record ControlPage
{
    private const int ContentLength = 0x0A;

    /// <summary>Whether sense data has the descriptor format.</summary>
    public bool UsesDescriptorSense { get; init; }

    /// <summary>Whether log parameters are not saved by themselves.</summary>
    public bool IsLogSavingDisabled { get; init; }

    /// <summary>Zero keeps the order of writes to one place, one lets the unit reorder at will.</summary>
    public byte QueueAlgorithm { get; init; }

    /// <summary>Whether the unit refuses writes because somebody told it to.</summary>
    public bool IsWriteProtected { get; init; }

    /// <summary>Whether a command that another initiator aborts ends with a status, and not in silence.</summary>
    public bool ReportsAbortedTasks { get; init; }

    /// <summary>In 100 ms; FFFFh has no limit.</summary>
    public ushort BusyTimeout { get; init; }

    /// <summary>The page among mode parameters, or nothing: a missing page is no failure.</summary>
    public static ControlPage? Find(ModeParameters parameters)
    {
        return parameters.Find(ModePageCode.Control) is { Content.Count: > 0 } page ? Read(page) : null;
    }

    public static ControlPage Read(ModePage page)
    {
        Span<byte> content = stackalloc byte[ContentLength];
        content.Clear();
        page.Content.AsSpan()[..Math.Min(page.Content.Count, ContentLength)].CopyTo(content);
        return new()
        {
            UsesDescriptorSense = (content[0] & 0x04) != 0,
            IsLogSavingDisabled = (content[0] & 0x02) != 0,
            QueueAlgorithm = (byte)(content[1] >> 4),
            IsWriteProtected = (content[2] & 0x08) != 0,
            ReportsAbortedTasks = (content[3] & 0x40) != 0,
            BusyTimeout = BinaryPrimitives.ReadUInt16BigEndian(content[6..]),
        };
    }

    public ModePage ToPage()
    {
        byte[] content = new byte[ContentLength];
        content[0] = (byte)((UsesDescriptorSense ? 0x04 : 0) | (IsLogSavingDisabled ? 0x02 : 0));
        content[1] = (byte)((QueueAlgorithm & 0x0F) << 4);
        content[2] = (byte)(IsWriteProtected ? 0x08 : 0);
        content[3] = (byte)(ReportsAbortedTasks ? 0x40 : 0);
        BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(6), BusyTimeout);
        return new() { Code = ModePageCode.Control, Content = [.. content] };
    }
}
