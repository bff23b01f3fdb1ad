using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace IscsiMount.Architecture.Tests;

/// <summary>Where everything is caught, a bug can hide. So these places are few, and known by name.</summary>
public sealed class BoundaryTests
{
    // The file, and why a bug there must not travel further. A reason stands beside the code as well.
    private static readonly Dictionary<string, string> Boundaries = new()
    {
        ["src/IscsiMount.Agent/Server/Dispatcher.cs"] = "a bug in one request must not take away all mounts",
        ["src/IscsiMount.Initiator/Connections/Connection.cs"] = "the head of the thread that serves one connection",
        ["src/IscsiMount.Mounting.Fuse/Mounts/FuseMount.cs"] = "the head of the thread that serves one mount",
        ["src/IscsiMount.Mounting.Fuse/Requests/RequestServer.cs"] = "called from native code, and a client waits",
        ["src/IscsiMount.Mounting.Fuse/Requests/SignalledClients.cs"] = "called from native code and from a timer",
        ["src/IscsiMount.Target/Connections/Connection.cs"] = "the head of the thread that serves one connection",
        ["src/IscsiMount.Target/Tasks/DeviceWork.cs"] = "a device that fails must not take away the other commands",
        ["src/IscsiMount.Transport/Framing/PduSender.cs"] = "runs on the thread of a caller who is not to blame",
    };

    // Only processes know what time it is. What they start is told.
    private static readonly string[] Processes =
        ["src/IscsiMount.Agent", "src/IscsiMount.Cli", "tools", "tests", "examples"];

    [Fact]
    public void Everything_is_caught_at_boundaries_only()
    {
        Findings.MustBeEmpty(Repository.Product.SelectMany(file => file.Nodes<CatchClauseSyntax>()
            .Where(CatchesAndKeepsEverything)
            .Where(clause => !Boundaries.ContainsKey(file.Path) || !SaysThatItIsBoundary(clause))
            .Select(clause => file.At(clause, "catches everything, and is on no list or has no 'Boundary: ...'"))));
    }

    [Fact]
    public void A_boundary_that_is_gone_leaves_the_list()
    {
        Findings.MustBeEmpty(Boundaries.Keys
            .Where(path => !Repository.Product.Any(file => file.Path == path
                && file.Nodes<CatchClauseSyntax>().Any(CatchesAndKeepsEverything)))
            .Select(path => $"{path}: is on the list of boundaries and catches nothing"));
    }

    [Fact]
    public void Only_processes_look_at_the_clock_on_the_wall()
    {
        Findings.MustBeEmpty(Repository.CSharp
            .Where(file => !Processes.Any(file.IsIn))
            .SelectMany(file => file.Nodes<MemberAccessExpressionSyntax>()
                .Where(access => access.ToString() == "TimeProvider.System")
                .Select(access => file.At(access, "takes the time by itself; it is an argument"))));
    }

    // Whoever tidies up and throws again keeps nothing, and a filter by type is a list of types.
    private static bool CatchesAndKeepsEverything(CatchClauseSyntax clause)
    {
        return (clause.Declaration is null || clause.Declaration.Type.ToString() is "Exception" or "System.Exception")
            && clause.Filter?.FilterExpression is not IsPatternExpressionSyntax
            && clause.Block.Statements.LastOrDefault() is not ThrowStatementSyntax { Expression: null };
    }

    private static bool SaysThatItIsBoundary(CatchClauseSyntax clause)
    {
        return clause.ToString().Contains("// Boundary: ", StringComparison.Ordinal);
    }
}
