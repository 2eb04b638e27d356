using OrleansTemporal.Commands;
using OrleansTemporal.Errors;

namespace OrleansTemporal.Cli.Tests.Commands;

public class UsageTests
{
    // Nothing listens on this port: it is reserved for an echo of nobody.
    private const string Nowhere = "http://127.0.0.1:1";

    private static readonly string[] Names =
    [
        "serve", "put", "get", "ttl", "delete", "erase", "split", "history", "diff", "lineage", "list", "query", "series", "series list", "series describe", "series points", "series aggregate", "import", "export", "verify", "status", "bench",
        "workspaces", "workspaces list", "workspaces create", "workspaces delete", "agents",
    ];

    public static TheoryData<string> CommandLines { get; } = [.. Names];

    [Theory]
    [MemberData(nameof(CommandLines))]
    public async Task every_command_has_help_with_examples(string command)
    {
        var run = await TestTerminal.RunAsync([.. command.Split(' '), "--help"]);
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.Contains("Usage:", run.Output, StringComparison.Ordinal);
        Assert.Contains($"Examples:\n  otemporal {command.Split(' ')[0]}", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task help_of_the_whole_names_every_command_and_exit_code()
    {
        var run = await TestTerminal.RunAsync("--help");
        Assert.Equal(ExitCodes.Ok, run.ExitCode);
        Assert.All(Names.Select(name => name.Split(' ')[0]), name => Assert.Contains($"\n  {name} ", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal));
        Assert.Contains("130 interrupted", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("fly")]
    [InlineData("put")]
    [InlineData("put users")]
    [InlineData("get users ada --as-of yesterday")]
    [InlineData("get users ada --as-of 0")]
    [InlineData("put users ada 1 --ttl soon")]
    [InlineData("put users ada 1 --ttl 1.5h")]
    [InlineData("ttl users")]
    [InlineData("history users ada --limit -1")]
    [InlineData("history users ada --from 17")]
    [InlineData("diff users ada")]
    [InlineData("export users --format xml")]
    [InlineData("import rows.json")]
    [InlineData("import rows.json -n rows --stream rows --time t")]
    [InlineData("import rows.json --stream rows")]
    [InlineData("import rows.json -n rows --time t")]
    [InlineData("series points cpu --tag host")]
    [InlineData("series points cpu --from yesterday")]
    [InlineData("series aggregate cpu")]
    [InlineData("series aggregate cpu --fn mean")]
    [InlineData("series aggregate cpu --fn avg --window soon")]
    [InlineData("import rows.parquet -n rows")]
    [InlineData("import /no/such/file.json -n rows")]
    [InlineData("put users ada @/no/such/file.json")]
    [InlineData("put users ada 1 --if-match xyz")]
    [InlineData("bench --seconds 0")]
    [InlineData("list --data a --url http://127.0.0.1:1")]
    [InlineData("list --url ftp://host")]
    [InlineData("list .hidden --url http://127.0.0.1:1")]
    [InlineData("agents --kind nothing")]
    [InlineData("workspaces delete staging")]
    [InlineData("status --workspace a/b")]
    [InlineData("serve --url http://127.0.0.1:1")]
    public async Task a_wrong_command_line_is_told_in_one_line(string commandLine)
    {
        var run = await TestTerminal.RunAsync(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(ExitCodes.Invalid, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.StartsWith("otemporal: ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("get users ada")]
    [InlineData("list")]
    [InlineData("status")]
    [InlineData("verify --json")]
    public async Task no_server_is_unavailable_and_says_how_to_start_one(string commandLine)
    {
        var run = await TestTerminal.RunAsync("", Nowhere, commandLine.Split(' '));
        Assert.Equal(ExitCodes.Unavailable, run.ExitCode);
        Assert.Contains("otemporal: target_unreachable: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("otemporal serve --data", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_read_of_no_folder_makes_none()
    {
        var folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var run = await TestTerminal.RunAsync("list", "--data", folder);
        Assert.Equal(ExitCodes.NotFound, run.ExitCode);
        Assert.StartsWith("otemporal: folder_not_found: ", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task an_interruption_has_its_own_exit_code()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var run = await TestTerminal.RunAsync("", Nowhere, ["get", "users", "ada"], stop.Token);
        Assert.Equal(ExitCodes.Interrupted, run.ExitCode);
    }

    [Theory]
    [InlineData(ErrorKind.NotFound, "key_not_found", 1)]
    [InlineData(ErrorKind.Gone, "history_expired", 1)]
    [InlineData(ErrorKind.Invalid, "malformed_json", 2)]
    [InlineData(ErrorKind.TooLarge, "value_too_large", 2)]
    [InlineData(ErrorKind.Forbidden, "forbidden", 2)]
    [InlineData(ErrorKind.Conflict, "workspace_protected", 3)]
    [InlineData(ErrorKind.PreconditionFailed, "precondition_failed", 3)]
    [InlineData(ErrorKind.Unavailable, "not_ready", 4)]
    [InlineData(ErrorKind.Throttled, "journal_full", 4)]
    [InlineData(ErrorKind.Fenced, "fenced", 4)]
    [InlineData(ErrorKind.Conflict, "folder_locked", 4)]
    [InlineData(ErrorKind.Corrupt, "corrupt", 5)]
    [InlineData(ErrorKind.Internal, "invariant_broken", 5)]
    public void each_kind_of_error_has_its_exit_code(ErrorKind kind, string code, int expected) =>
        Assert.Equal(expected, ExitCodes.Of(new TemporalException(kind, code, "x")));

    [Fact]
    public void a_locked_folder_says_that_a_server_uses_it() =>
        Assert.Contains("--url", Advice.For(new TemporalException(ErrorKind.Conflict, ErrorCodes.FolderLocked, "x")), StringComparison.Ordinal);
}
