using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using IscsiMount.Control;

namespace IscsiMount.Cli.Secrets;

/// <summary>Asks who sits at the terminal for a secret, and shows nothing of it.</summary>
internal static class SecretPrompt
{
    // LIMIT: more than any secret has.
    private const int LengthMax = 255;

    /// <summary>Whether there is somebody to ask.</summary>
    public static bool IsPossible => !Console.IsInputRedirected;

    /// <param name="prompt">What is asked for, without a colon.</param>
    /// <exception cref="ControlException">Nothing was typed.</exception>
    public static byte[] Ask(string prompt)
    {
        // The answer of the command goes to the output, so the question does not.
        Console.Error.Write($"{prompt}: ");
        char[] typed = new char[LengthMax];
        try
        {
            int length = Type(typed);
            Console.Error.WriteLine();
            return length > 0
                ? Encoding.UTF8.GetBytes(typed, 0, length)
                : throw new ControlException(
                    ErrorCode.SecretUnusable, "The secret cannot be read.", "Nothing was typed.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(typed.AsSpan()));
        }
    }

    private static int Type(char[] typed)
    {
        int length = 0;
        for (ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            key.Key != ConsoleKey.Enter;
            key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                length = Math.Max(0, length - 1);
            }
            else if (key.KeyChar >= ' ' && length < LengthMax)
            {
                typed[length++] = key.KeyChar;
            }
        }

        return length;
    }
}
