using System.Buffers.Binary;
using IscsiMount.Primitives;

namespace IscsiMount.Scsi.Mode;

/// <summary>
/// Mode parameters as MODE SELECT carries them: like those of MODE SENSE, but the mode data length is reserved, and all
/// of it has to be there (SPC-4).
/// </summary>
public sealed record ModeParameterList(ModeParameters Parameters, ModeForm Form) : IScsiParameterList
{
    public int WireLength => Parameters.WireLength(Form);

    /// <exception cref="ProtocolViolationException">The list is cut.</exception>
    public static ModeParameterList Read(ReadOnlySpan<byte> source, ModeForm form)
    {
        byte[] list = source.ToArray();
        WriteDataLength(list, form, isReserved: false);
        var parameters = ModeParameters.Read(list, form);
        Rule.Holds(
            parameters.WireLength(form) == source.Length, "SPC-4 MODE SELECT", "the list ends within one of its parts");
        return new(parameters, form);
    }

    public void Write(Span<byte> destination)
    {
        Parameters.Write(destination, Form);
        WriteDataLength(destination, Form, isReserved: true);
    }

    private static void WriteDataLength(Span<byte> list, ModeForm form, bool isReserved)
    {
        if (form == ModeForm.Six && list.Length > 0)
        {
            list[0] = isReserved ? (byte)0 : checked((byte)(list.Length - 1));
        }
        else if (list.Length > 1)
        {
            BinaryPrimitives.WriteUInt16BigEndian(list, isReserved ? (ushort)0 : checked((ushort)(list.Length - 2)));
        }
    }
}
