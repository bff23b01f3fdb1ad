using IscsiMount.Primitives;

namespace IscsiMount.Target.Sessions;

/// <summary>The window of CmdSN as every PDU of the target shows it. Both may be read on any thread.</summary>
/// <remarks>
/// ORDER: read <see cref="Expected"/> first. Both only grow, and Expected never passes Maximum + 1, so what is read in
/// this order never contradicts itself (RFC 7143 §4.2.2.1).
/// </remarks>
internal interface IWindow
{
    SerialNumber Expected { get; }

    SerialNumber Maximum { get; }
}
