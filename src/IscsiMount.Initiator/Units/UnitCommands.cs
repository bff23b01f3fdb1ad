using IscsiMount.Primitives;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Scsi;
using IscsiMount.Scsi.Transfer;

namespace IscsiMount.Initiator.Units;

/// <summary>Sends commands to one logical unit.</summary>
internal sealed class UnitCommands(CommandRunner runner, LogicalUnitNumber lun)
{
    public Task<TAnswer> AskAsync<TAnswer>(IScsiQuery<TAnswer> query, CancellationToken cancellationToken) =>
        runner.AskAsync(lun, query, cancellationToken);

    /// <summary>Runs a command without data.</summary>
    public Task ExecuteAsync(Scsi.ScsiCommand command, CancellationToken cancellationToken) =>
        runner.ExecuteAsync(lun, command, cancellationToken);

    /// <summary>Runs a command with data that goes to the unit.</summary>
    public Task SendAsync(
        Scsi.ScsiCommand command, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        CdbBytes cdb = default;
        command.WriteCdb(cdb);
        return runner.SendAsync(lun, cdb, data, cancellationToken);
    }

    /// <summary>Runs a transfer with data that goes to the unit, or a verification.</summary>
    public Task SendAsync(BlockTransfer transfer, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        CdbBytes cdb = default;
        transfer.Write(cdb);
        return runner.SendAsync(lun, cdb, data, cancellationToken);
    }

    /// <summary>Runs a command with a list of parameters.</summary>
    public Task SendAsync(
        Scsi.ScsiCommand command, IScsiParameterList list, CancellationToken cancellationToken)
    {
        byte[] data = new byte[list.WireLength];
        list.Write(data);
        return SendAsync(command, data, cancellationToken);
    }
}
