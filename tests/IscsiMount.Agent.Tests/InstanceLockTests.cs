using IscsiMount.Control;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Agent.Tests;

public sealed class InstanceLockTests
{
    [Fact]
    public void One_holds_it_until_it_lets_go()
    {
        using var folder = new TemporaryFolder();
        AgentPaths paths = AgentPaths.From(name => name == "ISCSIMOUNT_HOME" ? folder.Path : null, "/");
        RunFolder.Prepare(paths);
        InstanceLock? first = InstanceLock.TryTake(paths);

        Assert.NotNull(first);
        Assert.Null(InstanceLock.TryTake(paths));
        first.Dispose();
        using InstanceLock? next = InstanceLock.TryTake(paths);

        Assert.NotNull(next);
    }
}
