using System.Text;
using OrleansTemporal.Commands;
using OrleansTemporal.Rendering;

namespace OrleansTemporal.Cli.Tests.Commands;

/// <summary>Runs the command in this process and keeps what it wrote.</summary>
internal sealed record TestTerminal(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static Task<TestTerminal> RunAsync(params string[] arguments) => RunAsync("", null, arguments);

    public static async Task<TestTerminal> RunAsync(string input, string? url, string[] arguments, CancellationToken cancellationToken = default)
    {
        var output = new StringWriter { NewLine = "\n" };
        var error = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal
        {
            Input = new MemoryStream(Encoding.UTF8.GetBytes(input)),
            Output = output,
            Error = error,
            Environment = name => name == "OTEMPORAL_URL" ? url : null,
        };
        var code = await Application.RunAsync(arguments, terminal, cancellationToken);
        return new TestTerminal(code, output.ToString(), error.ToString());
    }
}
