using System.CommandLine;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Rendering;
using OrleansTemporal.Targets;

namespace OrleansTemporal.Commands;

/// <summary>What one command works with: its values, its target, its output.</summary>
internal sealed class Session : IAsyncDisposable
{
    private const string UrlDefault = "http://127.0.0.1:5080";
    private const string UrlVariable = "OTEMPORAL_URL";

    private readonly ParseResult parsed;
    private readonly TargetOptions options;
    private ITarget? target;

    public Session(ParseResult parsed, Terminal terminal, TargetOptions options)
    {
        this.parsed = parsed;
        this.options = options;
        Terminal = terminal;
        Answers = new Answers(terminal, parsed.GetValue(options.Json), !parsed.GetValue(options.NoColor));
    }

    public Terminal Terminal { get; }

    public Answers Answers { get; }

    public string Workspace => parsed.GetValue(options.Workspace)!;

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    /// <summary>The folder or server that the command line names.</summary>
    /// <param name="mayCreate">True for commands that may make a new data folder; a mistyped path of a read makes none.</param>
    public async ValueTask<ITarget> OpenAsync(CancellationToken cancellationToken, bool mayCreate = false)
    {
        if (target is not null)
            return target;

        var folder = parsed.GetValue(options.Data);
        var url = parsed.GetValue(options.Url);
        if (folder is not null && url is not null)
            throw Advice.Refuse("--data and --url exclude each other: a folder is opened here, or a server is asked.");

        if (folder is not null && !mayCreate && !Directory.Exists(folder))
            throw new TemporalException(ErrorKind.NotFound, Advice.FolderNotFound, $"There is no data folder '{folder}'.");

        Names.Validate(Workspace, "workspace");
        target = folder is not null
            ? await FolderTarget.OpenAsync(folder, Workspace, cancellationToken)
            : new HttpTarget(ParseUrl(url ?? Terminal.Environment(UrlVariable) ?? UrlDefault), Workspace, TimeProvider.System);
        return target;
    }

    public ValueTask DisposeAsync() => target?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static Uri ParseUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", Query: "" }
            ? url
            : throw Advice.Refuse($"'{text}' is no address of a server; one looks like {UrlDefault}.");
}
