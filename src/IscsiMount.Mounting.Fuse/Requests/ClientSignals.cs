using System.Globalization;

namespace IscsiMount.Mounting.Fuse.Requests;

/// <summary>Tells of a thread that waits for us whether the signals sent to it will end it.</summary>
/// <remarks>
/// <para>The kernel says of a thread in <c>/proc/TID/status</c> (proc_pid_status(5)), signal n as bit n - 1:</para>
/// <code>
/// SigPnd:  0000000000000100      waiting for this thread
/// ShdPnd:  0000000000000000      waiting for its whole process
/// SigBlk:  0000000000000000      held back
/// SigIgn:  0000000000001000      ignored
/// SigCgt:  0000000180014a07      caught by a function of the program
/// </code>
/// </remarks>
internal static class ClientSignals
{
    private const int Kill = 9;

    // SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH (signal(7)).
    private static readonly ulong SurvivedByDefault = Mask(17, 18, 19, 20, 21, 22, 23, 28);

    /// <summary>Whether a thread is about to end, or has ended already.</summary>
    /// <param name="thread">As our namespace of processes numbers it. 0 is one that cannot be seen from here.</param>
    public static bool WillEnd(int thread)
    {
        if (thread == 0)
        {
            return true;
        }

        try
        {
            return WillEnd(File.ReadAllLines($"/proc/{thread}/status"));
        }
        catch (IOException)
        {
            // There is no such thread any more.
            return true;
        }
    }

    internal static bool WillEnd(IEnumerable<string> status)
    {
        Dictionary<string, ulong> masks = status
            .Select(line => line.Split(':', 2))
            .Where(field => field[0] is "SigPnd" or "ShdPnd" or "SigBlk" or "SigIgn" or "SigCgt")
            .ToDictionary(
                field => field[0],
                field => ulong.Parse(field[1].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        ulong pending = masks["SigPnd"] | masks["ShdPnd"];
        ulong endured = masks["SigBlk"] | masks["SigIgn"] | masks["SigCgt"] | SurvivedByDefault;
        return (pending & (Mask(Kill) | ~endured)) != 0;
    }

    private static ulong Mask(params ReadOnlySpan<int> signals)
    {
        ulong mask = 0;
        foreach (int signal in signals)
        {
            mask |= 1ul << (signal - 1);
        }

        return mask;
    }
}
