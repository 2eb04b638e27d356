using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using OrleansTemporal.Errors;
using OrleansTemporal.Rendering;

namespace OrleansTemporal.Commands;

/// <summary>One run of the command: parse, carry out, and turn whatever happens into one line and an exit code.</summary>
internal static class Application
{
    public static async Task<int> RunAsync(string[] arguments, Terminal terminal, CancellationToken cancellationToken = default)
    {
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // Numbers are written as scripts read them, wherever the machine stands. It is so within this call and no further.
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            return await InvokeAsync(arguments, terminal, interruption);
        }
        catch (OperationCanceledException) when (interruption.IsCancellationRequested)
        {
            Report(terminal, "interrupted", "Stopped before the end.", "");
            return ExitCodes.Interrupted;
        }
        catch (TemporalException error)
        {
            Report(terminal, error.Code, error.Message, Advice.For(error));
            return ExitCodes.Of(error);
        }
        catch (BrokenOutputException)
        {
            // The reader of our output has what it wanted, as in `otemporal export … | head`.
            return ExitCodes.Ok;
        }
        catch (UnauthorizedAccessException error)
        {
            Report(terminal, Advice.InputUnreadable, error.Message, "Check the permissions of the path.");
            return ExitCodes.Invalid;
        }
        catch (IOException error)
        {
            Report(terminal, Advice.InputUnreadable, error.Message, "");
            return ExitCodes.Invalid;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            Report(terminal, "internal", $"{error.GetType().Name}: {error.Message}", "This is a fault of otemporal itself; please report it with the command.");
            return ExitCodes.Internal;
        }
    }

    private static async Task<int> InvokeAsync(string[] arguments, Terminal terminal, CancellationTokenSource interruption)
    {
        var parsed = CommandTree.Create(terminal).Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            var command = CommandTree.PathOf(parsed.CommandResult.Command);
            Report(terminal, Advice.Usage, string.Join(" ", parsed.Errors.Select(error => error.Message).Distinct()), $"`{command} --help` shows how.");
            return ExitCodes.Invalid;
        }

        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
            Output = terminal.Output,
            Error = terminal.Error,
        };

        // A server stops by its host, which listens to the same signals.
        var isServer = parsed.CommandResult.Command.Name == ServeCommand.Name;
        using var interrupt = isServer ? null : PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var terminate = isServer ? null : PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        try
        {
            return await parsed.InvokeAsync(configuration, interruption.Token);
        }
        finally
        {
            await FlushAsync(terminal);
        }

        void Interrupt(PosixSignalContext context)
        {
            // The second signal ends the process at once.
            context.Cancel = !interruption.IsCancellationRequested;
            interruption.Cancel();
        }
    }

    private static async Task FlushAsync(Terminal terminal)
    {
        try
        {
            await terminal.Output.FlushAsync(CancellationToken.None);
        }
        catch (IOException error)
        {
            throw new BrokenOutputException(error);
        }
    }

    private static void Report(Terminal terminal, string code, string message, string advice)
    {
        var sentence = message.ReplaceLineEndings(" ").Trim();
        terminal.Error.WriteLine($"otemporal: {code}: {sentence}{(advice.Length > 0 ? " " : "")}{advice}");
        terminal.Error.Flush();
    }
}
