using System.Text.Json;
using IscsiMount.Mounted.Tests.Samples;
using IscsiMount.Testing;
using IscsiMount.Testing.Peers;
using IscsiMount.Testing.Product;
using Xunit;

namespace IscsiMount.Mounted.Tests;

/// <summary>
/// Logging in with secrets, as users do it. Each secret is in no output, no argument and no log.
/// </summary>
public sealed class AuthenticationTests : IAsyncLifetime
{
    private const string Secret = "secret-of-twelve";
    private const string TargetSecret = "target-secret-12";
    private const string WrongSecret = "secret-of-others";

    private readonly ProgramUnderTest _program = new();
    private readonly TemporaryFolder _secrets = new();
    private readonly ScratchImage _image = ScratchImage.Make(file => file.SetLength(4 << 20));
    private TgtTarget? _target;

    private TgtTarget Target => _target!;

    public async ValueTask InitializeAsync()
    {
        _target = await TgtTarget.StartAsync(_image.Path);
        await _target.DemandChapAsync("user", Secret);
    }

    public async ValueTask DisposeAsync()
    {
        string log = await LogAsync();
        Assert.All(
            [Secret, TargetSecret, WrongSecret], each => Assert.DoesNotContain(each, log, StringComparison.Ordinal));
        await _program.DisposeAsync();
        await Target.DisposeAsync();
        _image.Dispose();
        _secrets.Dispose();
    }

    [Fact, Requirement("CHAP-01", "CHAP-15", "CHAP-17")]
    public async Task A_secret_comes_from_a_file_or_from_the_input()
    {
        string[] login = ["login", "--portal", Target.Portal, "--no-mount", "--chap-user", "user"];

        (await _program.RunAsync([.. login, "--chap-secret-file", SecretFile(Secret)])).MustSucceed();
        await _program.LogoutAsync();
        (await _program.RunWithInputAsync($"{Secret}\n", [.. login, "--chap-secret-stdin"])).MustSucceed();
        await _program.LogoutAsync();
        (await _program.RunWithInputAsync(
            Secret, "login", $"iscsi://user@{Target.Portal}/{TgtTarget.Name}", "--no-mount", "--chap-secret-stdin"))
            .MustSucceed();

        JsonElement sessions = await _program.AskAsync("sessions");
        Assert.Single(sessions.GetProperty("sessions").EnumerateArray());
        Assert.DoesNotContain(Secret, sessions.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user", WrongSecret)]
    [InlineData("User", Secret)]
    [InlineData("nobody", Secret)]
    public async Task A_wrong_user_or_secret_is_refused(string user, string secret)
    {
        ToolResult login = await _program.RunWithInputAsync(
            secret, "login", "--portal", Target.Portal, "--no-mount", "--chap-user", user, "--chap-secret-stdin");

        MustExplain(login, 24, "is wrong");
        await _program.MustHaveNoTraceAsync();
    }

    [Fact]
    public async Task Where_a_secret_is_demanded_and_none_given_the_way_to_give_it_is_told()
    {
        ToolResult login = await _program.RunAsync("login", "--portal", Target.Portal, "--no-mount");

        MustExplain(login, 24, "--chap-user");
    }

    [Fact, Requirement("CHAP-10")]
    public async Task A_target_proves_itself_or_is_refused()
    {
        await Target.ProveItselfAsync("storage", TargetSecret);
        string[] login =
        [
            "login", "--portal", Target.Portal, "--target", TgtTarget.Name, "--no-mount",
            "--chap-user", "user", "--chap-secret-stdin", "--mutual-secret-stdin",
        ];

        ToolResult wrong = await _program.RunWithInputAsync(
            $"{Secret}\n{WrongSecret}\n", [.. login, "--mutual-user", "storage"]);
        MustExplain(wrong, 24, "failed to prove itself");
        ToolResult renamed = await _program.RunWithInputAsync(
            $"{Secret}\n{TargetSecret}\n", [.. login, "--mutual-user", "another"]);
        MustExplain(renamed, 24, "failed to prove itself");
        await _program.MustHaveNoTraceAsync();

        ToolResult right = await _program.RunWithInputAsync(
            $"{Secret}\n{TargetSecret}\n", [.. login, "--mutual-user", "storage"]);
        right.MustSucceed();
    }

    [Fact, Requirement("CHAP-10")]
    public async Task A_target_that_cannot_prove_itself_is_refused()
    {
        ToolResult login = await _program.RunWithInputAsync(
            $"{Secret}\n{TargetSecret}\n",
            "login", "--portal", Target.Portal, "--target", TgtTarget.Name, "--no-mount",
            "--chap-user", "user", "--chap-secret-stdin", "--mutual-user", "storage", "--mutual-secret-stdin");

        MustExplain(login, 24, "--mutual-user");
        await _program.MustHaveNoTraceAsync();
    }

    [Fact, Requirement("DISC-07")]
    public async Task A_portal_that_wants_a_secret_for_its_list_gets_it()
    {
        await Target.DemandChapForDiscoveryAsync("finder", TargetSecret);
        string[] discover = ["discover", "--portal", Target.Portal];

        MustExplain(await _program.RunAsync(discover), 24, "--chap-user");
        ToolResult wrong = await _program.RunWithInputAsync(
            WrongSecret, [.. discover, "--chap-user", "finder", "--chap-secret-stdin"]);
        MustExplain(wrong, 24, "is wrong");
        ToolResult right = await _program.RunWithInputAsync(
            TargetSecret, [.. discover, "--chap-user", "finder", "--chap-secret-stdin"]);

        Assert.Contains(TgtTarget.Name, right.MustSucceed().Output, StringComparison.Ordinal);
    }

    [Fact, Requirement("CHAP-17")]
    public async Task A_target_that_asks_for_no_secret_is_no_target_for_one()
    {
        await using TgtTarget open = await TgtTarget.StartAsync(_image.Path);

        ToolResult login = await _program.RunWithInputAsync(
            Secret, "login", "--portal", open.Portal, "--no-mount", "--chap-user", "user", "--chap-secret-stdin");

        MustExplain(login, 24, "leave --chap-user out");
    }

    [Fact, Requirement("CHAP-15", "CHAP-16")]
    public async Task A_secret_that_cannot_be_used_is_refused_before_anybody_hears_of_it()
    {
        string[] login = ["login", "--portal", Target.Portal, "--no-mount", "--chap-user", "user"];
        string open = SecretFile(Secret, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        MustExplain(await _program.RunAsync([.. login, "--chap-secret-file", open]), 2, "chmod 600");
        MustExplain(await _program.RunAsync([.. login, "--chap-secret-file", "/no/such/file"]), 2, "/no/such/file");
        MustExplain(await _program.RunAsync(login), 2, "--chap-secret-stdin");
        MustExplain(await _program.RunWithInputAsync("", [.. login, "--chap-secret-stdin"]), 2, "nothing");
        MustExplain(await _program.RunWithInputAsync("11 of these", [.. login, "--chap-secret-stdin"]), 2, "12 bytes");
        MustExplain(
            await _program.RunWithInputAsync(
                $"{Secret}\n{Secret}\n",
                [.. login, "--chap-secret-stdin", "--mutual-user", "storage", "--mutual-secret-stdin"]),
            2,
            "must differ");
        MustExplain(
            await _program.RunWithInputAsync(Secret, [.. login, "--chap-secret-stdin", "--chap-algorithm", "SHA-9"]),
            2,
            "SHA-9");
        MustExplain(
            await _program.RunAsync("login", "--portal", Target.Portal, "--mutual-user", "x"), 2, "--chap-user");
    }

    private static void MustExplain(ToolResult result, int exitCode, string what)
    {
        result.MustExitWith(exitCode);
        Assert.Contains(what, result.Errors, StringComparison.OrdinalIgnoreCase);
        foreach (string secret in (string[])[Secret, TargetSecret, WrongSecret])
        {
            Assert.DoesNotContain(secret, result.Errors + result.Output, StringComparison.Ordinal);
        }
    }

    private string SecretFile(
        string secret, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        string path = _secrets.Join($"{mode:D}");
        File.WriteAllText(path, $"{secret}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }

        return path;
    }

    private async Task<string> LogAsync()
    {
        string[] logs = Directory.Exists(_program.Home)
            ? Directory.GetFiles(_program.Home, "*.log", SearchOption.AllDirectories) : [];
        return string.Concat(await Task.WhenAll(logs.Select(log => File.ReadAllTextAsync(log))));
    }
}
