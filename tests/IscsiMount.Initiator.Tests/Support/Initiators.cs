using IscsiMount.Protocol.Names;
using IscsiMount.Transport.Tcp;
using Microsoft.Extensions.Logging.Abstractions;

namespace IscsiMount.Initiator.Tests.Support;

/// <summary>What most tests give to an initiator.</summary>
internal static class Initiators
{
    public static readonly SessionOptions Options = new()
    {
        InitiatorName = "iqn.2026-01.test.example:initiator",
    };

    public static InitiatorServices OverTcp() => new(
        TimeProvider.System, new Random(1), NullLoggerFactory.Instance, new TcpConnector(TimeProvider.System));

    public static PortalAddress Portal(string text) =>
        PortalAddress.TryParse(text, out PortalAddress? portal)
            ? portal
            : throw new ArgumentException($"'{text}' is no portal.", nameof(text));
}
