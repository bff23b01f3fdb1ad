using System.Text.Json;
using IscsiMount.Testing;
using Xunit;

namespace IscsiMount.Cli.Tests;

/// <summary>What scripts rely on: one document on standard output, words on standard error, the exit code.</summary>
public sealed class OutputTests
{
    [Theory]
    [InlineData("no-such-verb")]
    [InlineData("login", "--no-such-option")]
    [InlineData("login", "--portal", "a", "--header-digest", "perhaps")]
    [InlineData("login")]
    [InlineData("login", "--portal", "a", "--timeout", "soon")]
    [InlineData("login", "iscsi://host", "--json")]
    [InlineData("logout")]
    [InlineData("logout", "--all", "--session", "1")]
    [InlineData("unmount")]
    public async Task A_wrong_call_ends_with_2_and_says_what_is_right(params string[] arguments)
    {
        await using var cli = new CliUnderTest();

        ToolResult result = await cli.RunAsync(arguments);

        result.MustExitWith(2);
        Assert.NotEqual("", result.Output + result.Errors);
        Assert.DoesNotContain("   at ", result.Output + result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_an_error_is_the_one_document_and_nothing_else_is_said()
    {
        await using var cli = new CliUnderTest();

        ToolResult result = await cli.RunAsync("login", "--portal", "127.0.0.1:bad", "--json");

        result.MustExitWith(2);
        Assert.Equal("", result.Errors);
        using var document = JsonDocument.Parse(result.Output);
        Assert.Equal("iscsimount/1", document.RootElement.GetProperty("schema").GetString());
        JsonElement error = document.RootElement.GetProperty("error");
        Assert.Equal(202, error.GetProperty("code").GetInt32());
        Assert.Equal("invalid-name", error.GetProperty("name").GetString());
        Assert.NotEqual("", error.GetProperty("message").GetString());
        Assert.NotEqual("", error.GetProperty("hint").GetString());
    }

    [Theory]
    [InlineData("targets")]
    [InlineData("sessions")]
    [InlineData("connections")]
    [InlineData("luns")]
    [InlineData("volumes")]
    [InlineData("mounts")]
    public async Task An_empty_list_is_an_answer(string noun)
    {
        await using var cli = new CliUnderTest();

        JsonElement document = await cli.AskAsync(noun);

        string[] names = [.. document.EnumerateObject().Select(field => field.Name)];
        Assert.Equal(["schema", noun], names);
        Assert.Equal(0, document.GetProperty(noun).GetArrayLength());
    }

    [Fact]
    public async Task A_full_disk_under_the_output_is_told_and_ends_with_1()
    {
        await using var cli = new CliUnderTest();

        ToolResult result = await cli.ShellAsync("$X agent status --json >/dev/full");

        result.MustExitWith(1);
        Assert.Contains("No space left", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_has_seen_enough_is_no_error()
    {
        await using var cli = new CliUnderTest();
        using var folder = new TemporaryFolder();
        string pipe = folder.Join("pipe");

        // Descriptor 4 writes into a pipe whose only reader, descriptor 3, is gone.
        ToolResult result = await cli.ShellAsync($"mkfifo {pipe}; exec 3<>{pipe} 4>{pipe} 3<&-; $X targets --json >&4");

        result.MustSucceed();
        Assert.Equal("", result.Errors);
    }

    [Fact]
    public async Task Two_commands_of_a_script_share_one_output_file()
    {
        await using var cli = new CliUnderTest();
        using var folder = new TemporaryFolder();
        string file = folder.Join("out");

        (await cli.ShellAsync($"{{ $X sessions --json; $X mounts --json; }} > {file}")).MustSucceed();

        string text = File.ReadAllText(file);
        Assert.Contains("\"sessions\"", text, StringComparison.Ordinal);
        Assert.Contains("\"mounts\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_portal_where_nobody_listens_is_4_with_the_words_of_the_system()
    {
        await using var cli = new CliUnderTest();

        ToolResult result = await cli.RunAsync("discover", "--portal", $"127.0.0.1:{FreePort.Next()}");

        result.MustExitWith(4);
        Assert.Contains("refused", result.Errors, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task A_portal_that_says_nothing_is_8_in_the_time_that_was_given()
    {
        await using var cli = new CliUnderTest();
        (await cli.RunAsync("agent", "start")).MustSucceed();
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();

        ToolResult result = await cli.RunAsync("login", "--portal", $"{silent.LocalEndpoint}", "--timeout", "500ms");

        result.MustExitWith(8);
        Assert.Equal(0, (await cli.AskAsync("sessions")).GetProperty("sessions").GetArrayLength());
    }
}
