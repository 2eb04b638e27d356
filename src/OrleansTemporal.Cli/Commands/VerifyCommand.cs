using System.CommandLine;
using OrleansTemporal.Rendering;
using OrleansTemporal.Targets;
using Spectre.Console;

namespace OrleansTemporal.Commands;

/// <summary><c>otemporal verify</c>: checks what is stored, byte by byte.</summary>
internal static class VerifyCommand
{
    public static Command Create(SessionStart start)
    {
        var command = new ExampleCommand(
            "verify",
            "Check every chain, checkpoint and segment of the workspace. Exit code 1 when something does not verify.",
            "otemporal verify",
            "otemporal verify --data ./state --json");
        start.Run(command, async (session, cancellationToken) =>
        {
            var target = await session.OpenAsync(cancellationToken);
            var share = 0.0;
            Verification? found = null;
            var progress = new Latest(value => Volatile.Write(ref share, value));
            await ProgressBars.ShowAsync(session, "verify", () => Volatile.Read(ref share), async () => found = await target.VerifyAsync(progress, cancellationToken));
            Write(session.Answers, found!);
            return found!.IsVerified ? ExitCodes.Ok : ExitCodes.NotFound;
        });
        return command;
    }

    private static void Write(Answers answers, Verification found)
    {
        if (answers.IsJson)
        {
            answers.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("verified", found.IsVerified);
                json.WriteStartObject("counts");
                foreach (var (name, count) in found.Counts)
                    json.WriteNumber(name, count);
                json.WriteEndObject();
                json.WriteString("fault", found.Fault);
                json.WriteEndObject();
            });
            return;
        }

        var table = new Table().AddColumn("checked").AddColumn("count", column => column.RightAligned());
        foreach (var (name, count) in found.Counts)
            table.AddRow(new Text(name), new Text(Words.Count(count)));
        answers.WriteTable(table);
        answers.WriteLine(found.IsVerified ? "verified" : $"NOT verified: {found.Fault ?? "the verification did not finish"}");
    }

    private sealed class Latest(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
