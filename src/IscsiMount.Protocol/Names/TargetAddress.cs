using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Names;

/// <summary>
/// A portal of a target with the portal group that it belongs to: the value of a TargetAddress key (RFC 7143 §13.8).
/// </summary>
/// <param name="Portal">The address.</param>
/// <param name="PortalGroupTag">Told by discovery; null in a redirection.</param>
public sealed record TargetAddress(PortalAddress Portal, ushort? PortalGroupTag)
{
    public static bool TryParse(string text, [NotNullWhen(true)] out TargetAddress? address)
    {
        ArgumentNullException.ThrowIfNull(text);

        address = null;
        string[] parts = text.Split(',');
        ulong tag = 0;
        bool hasTag = parts.Length == 2;
        if (parts.Length > 2 || (hasTag && !(TextNumber.TryParse(parts[1], out tag) && tag <= ushort.MaxValue)))
        {
            return false;
        }

        if (!PortalAddress.TryParseWire(parts[0], out PortalAddress? portal))
        {
            return false;
        }

        address = new TargetAddress(portal, hasTag ? (ushort)tag : null);
        return true;
    }

    public string ToWire()
    {
        return PortalGroupTag is { } tag
            ? string.Create(CultureInfo.InvariantCulture, $"{Portal.ToWire()},{tag}")
            : Portal.ToWire();
    }

    public override string ToString() => ToWire();
}
