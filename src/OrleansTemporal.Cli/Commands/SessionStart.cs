using System.CommandLine;
using OrleansTemporal.Rendering;

namespace OrleansTemporal.Commands;

/// <summary>Turns a parsed command line into a <see cref="Session"/> for the command to work with.</summary>
internal sealed class SessionStart(Terminal terminal, TargetOptions options)
{
    /// <summary>Lets a command run with a session; the target is opened when it first asks for it and closed afterwards.</summary>
    public void Run(Command command, Func<Session, CancellationToken, Task<int>> action) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = new Session(parsed, terminal, options);
            return await action(session, cancellationToken);
        });
}
