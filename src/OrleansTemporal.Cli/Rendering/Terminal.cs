using System.Text;

namespace OrleansTemporal.Rendering;

/// <summary>Where a run of the command reads and writes, so that tests can stand in for a process.</summary>
internal sealed class Terminal
{
    /// <summary>Bytes of standard input.</summary>
    public required Stream Input { get; init; }

    /// <summary>Answers.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Errors and progress.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>An environment variable, or null.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>True when a person watches standard output.</summary>
    public bool IsOutputInteractive { get; init; }

    /// <summary>True when a person watches standard error, so that progress may move.</summary>
    public bool IsErrorInteractive { get; init; }

    public static Terminal OfProcess() => new()
    {
        Input = Console.OpenStandardInput(),
        Output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 64 * 1024) { AutoFlush = false },
        Error = Console.Error,
        Environment = System.Environment.GetEnvironmentVariable,
        IsOutputInteractive = !Console.IsOutputRedirected,
        IsErrorInteractive = !Console.IsErrorRedirected,
    };
}
