using System.Net;
using IscsiMount.Block;
using IscsiMount.Protocol.Authentication;
using IscsiMount.Protocol.Names;
using IscsiMount.Target.Access;
using IscsiMount.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace IscsiMount.Target.Tests;

/// <summary>An initiator that others wrote proves itself to our target, and ours to it.</summary>
public sealed class ForeignChapTests : IAsyncLifetime
{
    private const string Name = "iqn.2026-01.example:guarded";
    private const string UserSecret = "UserSecret1234";
    private const string TargetSecret = "TargetSecret1234";

    private readonly MemoryBlockDevice _device = new(2048);
    private TargetServer? _server;
    private string _portal = "";

    public async ValueTask InitializeAsync()
    {
        Assert.True(IscsiName.TryPrepare(Name, out IscsiName? name, out _));
        var access = new TargetAccess
        {
            Users = [new TargetUser(new ChapCredential("user", ChapSecret.Copy(UserSecret)))],
            Own = new ChapCredential("target", ChapSecret.Copy(TargetSecret)),
        };
        var target = new TargetDefinition
        {
            Name = name,
            LogicalUnits = [new LogicalUnitDefinition { Lun = 0, Device = _device, Serial = "guarded" }],
            Access = access,
        };
        var options = new TargetServerOptions
        {
            Portals = [new IPEndPoint(IPAddress.Loopback, 0)],
            DiscoveryAccess = access,
            StopGrace = TimeSpan.Zero,
        };
        _server = new TargetServer(options, [target], TimeProvider.System, NullLoggerFactory.Instance);
        _portal = (await _server.StartAsync())[0].ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        await _device.DisposeAsync();
    }

    [Theory, Requirement("CHAP-01", "CHAP-08", "CHAP-09", "CHAP-10", "CHAP-17", "LOGIN-20")]
    [InlineData("user%UserSecret1234@", null, true)]
    [InlineData("user%UserSecret1234@", TargetSecret, true)]
    [InlineData("user%UserSecret1234@", "AnotherSecret123", false)]
    [InlineData("user%WrongSecret1234@", null, false)]
    [InlineData("stranger%UserSecret1234@", null, false)]
    [InlineData("", null, false)]
    public async Task Libiscsi_reads_the_disk_and_finds_the_target_if_both_have_proved_themselves(
        string user, string? targetSecret, bool isIn)
    {
        var options = new ToolOptions
        {
            Environment = targetSecret is null ? new Dictionary<string, string?>() : new Dictionary<string, string?>
            {
                ["LIBISCSI_CHAP_TARGET_USERNAME"] = "target",
                ["LIBISCSI_CHAP_TARGET_PASSWORD"] = targetSecret,
            },
        };

        ToolResult read = await ForeignTool.RunAsync(
            "iscsi-readcapacity16", [$"iscsi://{user}{_portal}/{Name}/0"], options);
        ToolResult listed = await ForeignTool.RunAsync("iscsi-ls", [$"iscsi://{user}{_portal}"], options);

        Assert.Equal((isIn, isIn), (read.ExitCode == 0, listed.ExitCode == 0));
        Assert.Equal(isIn, listed.Output.Contains(Name, StringComparison.Ordinal));
    }
}
