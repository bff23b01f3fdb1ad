using System.Net;
using System.Net.Sockets;

namespace IscsiMount.Testing;

/// <summary>Asks the system for a TCP port on loopback that nobody uses.</summary>
public static class FreePort
{
    /// <summary>
    /// The port is free when this returns, and nobody holds it. The system hands out others first, so that a foreign
    /// program which cannot choose a port by itself gets it in practice.
    /// </summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
