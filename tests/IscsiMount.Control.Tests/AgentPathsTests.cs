using Xunit;

namespace IscsiMount.Control.Tests;

public sealed class AgentPathsTests
{
    [Fact]
    public void An_own_home_holds_everything()
    {
        AgentPaths paths = From(("ISCSIMOUNT_HOME", "/h"), ("XDG_RUNTIME_DIR", "/run/user/7"));

        Assert.Equal("/h/run/agent.sock", paths.SocketPath);
        Assert.Equal("/h/run/agent.lock", paths.LockPath);
        Assert.Equal("/h/state/log", paths.LogFolder);
        Assert.Equal("/h/mnt", paths.MountFolder);
    }

    [Fact]
    public void The_folders_of_the_desktop_standard_are_used()
    {
        AgentPaths paths = From(("XDG_RUNTIME_DIR", "/run/user/7"), ("XDG_STATE_HOME", "/s"));

        Assert.Equal("/run/user/7/iscsimount/agent.sock", paths.SocketPath);
        Assert.Equal("/s/iscsimount", paths.StateFolder);
        Assert.Equal("/home/me/iscsimount", paths.MountFolder);
    }

    [Fact]
    public void Without_a_runtime_folder_the_socket_lies_with_the_state_where_nobody_else_can_come_first()
    {
        Assert.Equal("/home/me/.local/state/iscsimount/run/agent.sock", From().SocketPath);
    }

    [Fact]
    public void A_relative_folder_of_the_desktop_standard_is_as_good_as_none()
    {
        Assert.Equal("/home/me/.local/state/iscsimount/run", From(("XDG_RUNTIME_DIR", "run")).RunFolder);
    }

    [Theory]
    [InlineData(107, true)]
    [InlineData(108, false)]
    public void A_socket_path_is_refused_where_the_system_would_refuse_it(int length, bool isTaken)
    {
        string home = "/" + new string('h', length - "//run/agent.sock".Length);
        AgentPaths paths = From(("ISCSIMOUNT_HOME", home));
        Assert.Equal(length, paths.SocketPath.Length);

        Exception? refusal = Record.Exception(paths.CheckSocketPath);

        Assert.Equal(isTaken, refusal is null);
        Assert.True(refusal is null or ControlException { Problem.Code: ErrorCode.SocketPathTooLong });
    }

    private static AgentPaths From(params (string Name, string Value)[] variables)
    {
        return AgentPaths.From(name => variables.FirstOrDefault(v => v.Name == name).Value, "/home/me");
    }
}
