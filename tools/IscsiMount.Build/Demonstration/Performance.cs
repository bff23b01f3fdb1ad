using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IscsiMount.Build.Commands;

namespace IscsiMount.Build.Demonstration;

/// <summary>The acts of the demonstration, in their order.</summary>
internal sealed class Performance(Stage stage)
{
    private static readonly TimeSpan TargetStartLimit = TimeSpan.FromSeconds(20);

    private readonly SampleDisk _disk = new(stage);

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        Transcript.Heading("A sample disk with an NTFS volume, filled by ntfs-3g");
        await _disk.MakeAsync(cancellationToken);

        Transcript.Heading("A target that serves it, in the background");
        int port = await StartTargetAsync(cancellationToken);

        Transcript.Heading("Log in: the one command that users need");
        string portal = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        await Transcript.RunAsync(stage.Iscsimount("login", "--portal", portal), cancellationToken);

        string mountPoint = await FindMountPointAsync(cancellationToken);
        await BrowseAsync(mountPoint, cancellationToken);

        Transcript.Heading("What is going on");
        await Transcript.RunAsync(stage.Iscsimount("status"), cancellationToken);
    }

    private async Task<int> StartTargetAsync(CancellationToken cancellationToken)
    {
        int port = FreePort();
        string log = Path.Join(stage.Folder, "target.log");
        Command serve = stage.Iscsimount("target", "serve", "--lun", _disk.Image, "--portal", $"127.0.0.1:{port}");
        Console.WriteLine($"$ {serve} &");
        int processId = BackgroundProcess.Start(serve, log);
        stage.RememberTarget(processId);

        long start = TimeProvider.System.GetTimestamp();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await AnswersAsync(port, cancellationToken))
        {
            bool isTooLate = TimeProvider.System.GetElapsedTime(start) > TargetStartLimit;
            if (isTooLate || !BackgroundProcess.IsAlive(processId))
            {
                string said = await File.ReadAllTextAsync(log, cancellationToken);
                throw new BuildFailedException($"The target does not answer. It said:\n{said}");
            }

            await tick.WaitForNextTickAsync(cancellationToken);
        }

        Console.WriteLine((await File.ReadAllTextAsync(log, cancellationToken)).TrimEnd());
        return port;
    }

    private async Task<string> FindMountPointAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> mountPoints = await stage.MountPointsAsync(cancellationToken);
        return mountPoints.Count == 1
            ? mountPoints[0]
            : throw new BuildFailedException($"One mount was expected, and there are {mountPoints.Count}.");
    }

    private async Task BrowseAsync(string mountPoint, CancellationToken cancellationToken)
    {
        Transcript.Heading("The files, as every program sees them");
        var find = new Command("find", mountPoint, "-type", "f", "-printf", "%10s  %P\\n");
        await Transcript.RunAsync(find, cancellationToken);

        Transcript.Heading("The content of each file, compared with what was written through ntfs-3g");
        await Transcript.RunAsync(
            new Command("sha256sum", "--check", _disk.Checksums) { Folder = mountPoint }, cancellationToken);
    }

    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
