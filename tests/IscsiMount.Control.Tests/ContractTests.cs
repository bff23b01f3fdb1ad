using System.Text.Json.Serialization.Metadata;
using Xunit;

namespace IscsiMount.Control.Tests;

/// <summary>The contract as it is recorded. A line that changes here is a promise that changes.</summary>
public sealed class ContractTests
{
    [Fact]
    public void The_fields_of_every_message_are_those_that_are_recorded()
    {
        string[] recorded = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "contract.txt"));

        string[] found = [.. Contract()];

        Assert.Equal(recorded, found);
    }

    [Fact]
    public void Every_error_has_its_recorded_number_and_name()
    {
        string[] recorded = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "errors.txt"));

        string[] found = [.. Enum.GetValues<ErrorCode>().Select(code => $"{(int)code} {ErrorCodes.NameOf(code)}")];

        Assert.Equal(recorded, found);
    }

    [Theory]
    [InlineData(ErrorCode.WrongUsage, 2)]
    [InlineData(ErrorCode.ConnectionRefused, 4)]
    [InlineData(ErrorCode.VolumeBusy, 11)]
    [InlineData(ErrorCode.AgentNotStartable, 20)]
    [InlineData(ErrorCode.VolumeDamaged, 30)]
    public void The_hundreds_of_an_error_are_its_exit_code(ErrorCode code, int exitCode)
    {
        Assert.Equal(exitCode, ErrorCodes.ExitCodeOf(code));
    }

    [Fact]
    public void Every_exit_code_is_one_of_the_product()
    {
        int[] known = [1, 2, 3, 4, 5, 8, 11, 15, 16, 20, 21, 24, 30, 31];

        Assert.All(Enum.GetValues<ErrorCode>(), code => Assert.Contains(ErrorCodes.ExitCodeOf(code), known));
    }

    private static IEnumerable<string> Contract()
    {
        var waiting = new Queue<Type>([typeof(Reports.Document), typeof(ProblemDocument),
            typeof(Requests.DiscoverRequest), typeof(Requests.LoginRequest), typeof(Requests.LogoutRequest),
            typeof(Requests.MountRequest), typeof(Requests.UnmountRequest)]);
        var seen = new HashSet<Type>();
        while (waiting.TryDequeue(out Type? type))
        {
            if (!seen.Add(type) || ControlJson.Default.GetTypeInfo(type) is not { } form)
            {
                continue;
            }

            if (form.ElementType is { } element)
            {
                waiting.Enqueue(element);
            }

            foreach (JsonPropertyInfo field in form.Properties)
            {
                waiting.Enqueue(Nullable.GetUnderlyingType(field.PropertyType) ?? field.PropertyType);
                yield return $"{type.Name}.{field.Name}: {TypeName(field.PropertyType)}{(field.IsRequired ? "" : "?")}";
            }

            foreach (string name in type.IsEnum && type != typeof(ErrorCode) ? Names(form) : [])
            {
                yield return $"{type.Name} = {name}";
            }
        }
    }

    private static IEnumerable<string> Names(JsonTypeInfo form)
    {
        return Enum.GetValues(form.Type).Cast<object>()
            .Select(value => System.Text.Json.JsonSerializer.Serialize(value, form));
    }

    private static string TypeName(Type type)
    {
        return type.IsGenericType
            ? type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]
                + $"<{TypeName(type.GenericTypeArguments[0])}>"
            : type.Name;
    }
}
