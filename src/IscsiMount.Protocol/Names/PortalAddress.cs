using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace IscsiMount.Protocol.Names;

/// <summary>Where a target listens: a host and a TCP port (RFC 7143 §13.8).</summary>
/// <param name="Host">A DNS name, an IPv4 address, or an IPv6 address without brackets.</param>
/// <param name="Port">1 to 65535.</param>
public sealed record PortalAddress(string Host, int Port)
{
    /// <summary>The port that iSCSI is assigned. Port 860 is used only by those who write it (RFC 7143 §15).</summary>
    public const int DefaultPort = 3260;

    private const int HostLengthMax = 255;

    private bool IsIPv6 => Host.Contains(':', StringComparison.Ordinal);

    /// <summary>
    /// Takes an address as somebody types it: <c>nas</c>, <c>10.0.0.7:3261</c>, <c>[2001:db8::1]:3260</c>, and an IPv6
    /// address without brackets if it stands alone.
    /// </summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PortalAddress? address)
    {
        ArgumentNullException.ThrowIfNull(text);

        bool isBareIPv6 = !text.StartsWith('[') && text.AsSpan().Count(':') > 1;
        return TryParseWire(isBareIPv6 ? $"[{text}]" : text, out address);
    }

    /// <summary>Takes an address as it stands in a TargetAddress key, without its portal group tag.</summary>
    public static bool TryParseWire(string text, [NotNullWhen(true)] out PortalAddress? address)
    {
        ArgumentNullException.ThrowIfNull(text);

        address = null;
        if (!TrySplit(text, out string host, out string? portText) || !TryNormaliseHost(text.StartsWith('['), ref host))
        {
            return false;
        }

        int port = DefaultPort;
        if (portText is not null && !TryParsePort(portText, out port))
        {
            return false;
        }

        address = new PortalAddress(host, port);
        return true;
    }

    /// <summary>As in a TargetAddress key: with brackets, with its port, and without a zone, which is local.</summary>
    public string ToWire()
    {
        int zone = Host.IndexOf('%', StringComparison.Ordinal);
        return IsIPv6 && zone >= 0 ? (this with { Host = Host[..zone] }).ToString() : ToString();
    }

    public override string ToString() => IsIPv6 ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static bool TrySplit(string text, out string host, out string? port)
    {
        bool isBracketed = text.StartsWith('[');
        int hostEnd = text.IndexOf(isBracketed ? ']' : ':', StringComparison.Ordinal);
        host = string.Empty;
        port = null;
        if (isBracketed && hostEnd < 0)
        {
            return false;
        }

        string rest = hostEnd < 0 ? string.Empty : text[(isBracketed ? hostEnd + 1 : hostEnd)..];
        host = hostEnd < 0 ? text : text[(isBracketed ? 1 : 0)..hostEnd];
        port = rest.Length > 0 ? rest[1..] : null;
        return rest.Length == 0 || rest[0] == ':';
    }

    private static bool TryNormaliseHost(bool isBracketed, ref string host)
    {
        if (!isBracketed)
        {
            return host.Length is > 0 and <= HostLengthMax
                && host.All(character => char.IsLetterOrDigit(character) || character is '-' or '.' or '_');
        }

        bool isIPv6 = host.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(host, out _);
        if (!isIPv6)
        {
            return false;
        }

        // The one form of RFC 5952. The zone is kept apart, because its name is not part of the address.
        string[] addressAndZone = host.Split('%', 2);
        string address = IPAddress.Parse(addressAndZone[0]).ToString();
        host = addressAndZone.Length == 1 ? address : $"{address}%{addressAndZone[1]}";
        return true;
    }

    private static bool TryParsePort(string text, out int port)
    {
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is > 0 and <= ushort.MaxValue;
    }
}
