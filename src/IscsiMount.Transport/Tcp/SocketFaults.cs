using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace IscsiMount.Transport.Tcp;

/// <summary>Turns what the system says of a socket into a fault of ours.</summary>
internal static class SocketFaults
{
    public static ConnectionLostException Lost(int errorNumber) =>
        new($"The connection is gone: {Marshal.GetPInvokeErrorMessage(errorNumber)}");

    public static ConnectionLostException Lost(SocketError error) =>
        new($"The connection is gone: {new SocketException((int)error).Message}");

    public static ConnectionLostException NotMade(string where, SocketException cause)
    {
        ConnectFailure failure = Reason(cause.SocketErrorCode);
        return new ConnectionLostException($"No connection to {where}: {Words(failure, cause)}", cause)
        {
            Failure = failure,
        };
    }

    public static ConnectionLostException TooSlow(string where, TimeSpan timeout) =>
        new($"No connection to {where}: no answer within {timeout.TotalSeconds:0.#} s")
        {
            Failure = ConnectFailure.TimedOut,
        };

    private static ConnectFailure Reason(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => ConnectFailure.Refused,
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown
            or SocketError.HostDown or SocketError.AddressNotAvailable => ConnectFailure.Unreachable,
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery
            => ConnectFailure.NameUnknown,
        SocketError.TimedOut => ConnectFailure.TimedOut,
        _ => ConnectFailure.Other,
    };

    private static string Words(ConnectFailure failure, SocketException cause) => failure switch
    {
        ConnectFailure.Refused => "nobody listens there (connection refused)",
        ConnectFailure.Unreachable => $"the address cannot be reached ({cause.Message})",
        ConnectFailure.NameUnknown => $"the name has no address ({cause.Message})",
        ConnectFailure.TimedOut => "no answer in time",
        ConnectFailure.Other => cause.Message,
    };
}
