using System.Net;
using System.Net.Sockets;
using IscsiMount.Control;
using IscsiMount.Protocol.Names;

namespace IscsiMount.Cli.Serving;

/// <summary>Where to listen, as users write it. Port 0 lets the system choose.</summary>
internal static class PortalArgument
{
    /// <exception cref="ControlException">It is no address, or its name leads nowhere.</exception>
    public static async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(string text, CancellationToken cancellationToken)
    {
        bool hasPort = text.Contains("]:", StringComparison.Ordinal) || text.Count(letter => letter == ':') == 1;
        if (hasPort && IPEndPoint.TryParse(text, out IPEndPoint? endpoint))
        {
            return [endpoint];
        }

        if (!PortalAddress.TryParse(text, out PortalAddress? address))
        {
            throw new ControlException(
                ErrorCode.WrongUsage, $"'{text}' is no portal.", hint: "Write HOST:PORT, such as 0.0.0.0:3260.");
        }

        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(address.Host, cancellationToken);
            return [.. addresses.Select(each => new IPEndPoint(each, address.Port))];
        }
        catch (SocketException failure)
        {
            throw new ControlException(
                Problem.Of(ErrorCode.NameNotResolved, $"The name '{address.Host}' leads nowhere.", failure.Message),
                failure);
        }
    }
}
