using System.CommandLine;
using OrleansTemporal.Targets;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal backup</c> and <c>otemporal restore</c>: copies of a workspace, and the way back.</summary>
internal static class BackupCommand
{
    public static Command CreateBackup(SessionStart start)
    {
        var to = new Option<string>("--to") { Description = "With --data: a folder. With --url: the name of a folder below the one that the server has set aside.", HelpName = "place", Required = true };
        var command = new ExampleCommand(
            "backup",
            "Bring a backup of the workspace up to date while it is used. Copies only what the backup has not; what was erased leaves it.",
            "otemporal backup --to nightly",
            "otemporal backup --data ./state --to /mnt/backup --workspace shop")
        {
            to,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            await RunAsync(session, "backup", target, (progress, stop) => target.BackUpAsync(session.Get(to)!, progress, stop), cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command CreateRestore(SessionStart start)
    {
        var from = new Option<string>("--from") { Description = "Where the backup is, as for backup --to.", HelpName = "place", Required = true };
        var command = new ExampleCommand(
            "restore",
            "Bring back a workspace that does not exist. It exists when every chain was read and every root compared.",
            "otemporal restore --from nightly --workspace shop",
            "otemporal restore --data ./new --from /mnt/backup")
        {
            from,
        };
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken, mayCreate: true);
            await RunAsync(session, "restore", target, (progress, stop) => target.RestoreAsync(session.Get(from)!, progress, stop), cancellationToken);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task RunAsync(
        Session session, string title, ITarget target, Func<IProgress<double>, CancellationToken, Task<Verification>> work, CancellationToken cancellationToken)
    {
        var share = 0.0;
        Verification? ended = null;
        var progress = new Latest(value => Volatile.Write(ref share, value));
        await ProgressBars.ShowAsync(session, title, () => Volatile.Read(ref share), async () => ended = await work(progress, cancellationToken));
        if (ended!.Fault is { } fault)
            throw new Errors.TemporalException(Errors.ErrorKind.Corrupt, Errors.ErrorCodes.Corrupt, fault);
        VerifyCommand.WriteCounts(session.Answers, ended, $"{title} of '{session.Workspace}' is complete");
    }
}
