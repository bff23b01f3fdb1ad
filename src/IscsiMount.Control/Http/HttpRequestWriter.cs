using System.Globalization;
using System.Text;

namespace IscsiMount.Control.Http;

/// <summary>Writes one request of HTTP/1.1 as the control API takes it. The connection carries no second one.</summary>
internal static class HttpRequestWriter
{
    public static byte[] Write(string method, string route, OperationId? operation, ReadOnlySpan<byte> content)
    {
        var head = new StringBuilder(256);
        head.Append(CultureInfo.InvariantCulture, $"{method} {route} HTTP/1.1\r\n");
        head.Append("Host: iscsimount\r\nConnection: close\r\nAccept: application/json\r\n");
        if (operation is { } id)
        {
            head.Append(CultureInfo.InvariantCulture, $"{ControlRoutes.OperationHeader}: {id}\r\n");
            head.Append("Content-Type: application/json\r\n");
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {content.Length}\r\n");
        }

        head.Append("\r\n");
        return [.. Encoding.ASCII.GetBytes(head.ToString()), .. content];
    }
}
