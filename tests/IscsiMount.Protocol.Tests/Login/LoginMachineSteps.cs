using System.Text;
using IscsiMount.Protocol.Login;
using IscsiMount.Protocol.Pdu;
using IscsiMount.Protocol.Text;

namespace IscsiMount.Protocol.Tests.Login;

/// <summary>Lets tests write the text of a response as text.</summary>
internal static class LoginMachineSteps
{
    public static LoginStep Receive(this LoginMachine machine, LoginResponse response, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return machine.Receive(response with { DataSegmentLength = bytes.Length }, bytes);
    }
}

/// <summary>A method that proves us by 20,000 bytes, and the target, if it has to, by any key.</summary>
internal sealed class LongProof : IAuthentication
{
    public bool IsMutual { get; init; }

    public string Methods => "LONG";

    public AuthenticationStep Begin(string method)
    {
        TextKeys keys = [];
        for (int i = 0; i < 100; i++)
        {
            keys.Add($"LONG_{i:D2}", new string('x', 192));
        }

        return IsMutual
            ? new AuthenticationStep.Continue(keys, MayTransit: true)
            : new AuthenticationStep.Satisfied(keys);
    }

    public AuthenticationStep Receive(TextKeys keys) => keys.Count > 0
        ? new AuthenticationStep.Satisfied([])
        : new AuthenticationStep.Failed("The target proves nothing.");
}
