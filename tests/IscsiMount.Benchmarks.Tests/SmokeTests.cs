using System.Reflection;
using BenchmarkDotNet.Attributes;
using Xunit;

namespace IscsiMount.Benchmarks.Tests;

/// <summary>Calls each benchmark once, so that none of them rots between two releases.</summary>
public sealed class SmokeTests
{
    public static TheoryData<Type> Subjects =>
        [.. typeof(Crc32CBenchmarks).Assembly.GetTypes().Where(type => BenchmarksOf(type).Length > 0)];

    [Theory, MemberData(nameof(Subjects))]
    public async Task Each_benchmark_of_a_subject_runs(Type subject)
    {
        object instance = Activator.CreateInstance(subject)!;
        await CallAllAsync(instance, Methods<GlobalSetupAttribute>(subject));

        await CallAllAsync(instance, BenchmarksOf(subject));

        await CallAllAsync(instance, Methods<GlobalCleanupAttribute>(subject));
    }

    [Theory, MemberData(nameof(Subjects))]
    public void Each_benchmark_reports_what_it_allocates(Type subject)
    {
        Assert.True(Attribute.IsDefined(subject, typeof(MemoryDiagnoserAttribute)));
    }

    private static MethodInfo[] BenchmarksOf(Type type) => Methods<BenchmarkAttribute>(type);

    private static MethodInfo[] Methods<TAttribute>(Type type)
        where TAttribute : Attribute
    {
        return [.. type.GetMethods().Where(method => Attribute.IsDefined(method, typeof(TAttribute)))];
    }

    private static async Task CallAllAsync(object instance, MethodInfo[] methods)
    {
        foreach (MethodInfo method in methods)
        {
            if (method.Invoke(instance, null) is Task task)
            {
                await task;
            }
        }
    }
}
